"""Handing pip's settings to uv."""

import pytest
from install import parse_settings, uv_environment


@pytest.fixture(autouse=True)
def _no_settings_of_the_users_own(monkeypatch):
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_INSECURE_HOST", "UV_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)


class TestSettings:
    """Where packages come from, said once for both installers."""

    def test_files_and_environment_are_read_alike(self):
        """`pip config list` prints both; a value may itself hold an equals sign."""
        text = ":env:.find-links='/wheels'\nglobal.index-url='https://mirror.example/simple?a=b'\n"
        expected = {"find-links": "/wheels", "index-url": "https://mirror.example/simple?a=b"}
        assert parse_settings(text) == expected

    def test_pips_words_become_uvs(self):
        """Indexes are separated by spaces in both, places to look by commas in uv."""
        found = uv_environment(
            {
                "index-url": "https://mirror.example/simple",
                "extra-index-url": "\nfile:///a\nfile:///b",
                "find-links": "/one /two",
            }
        )
        assert found["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
        assert found["UV_INDEX"] == "file:///a file:///b"
        assert found["UV_FIND_LINKS"] == "/one,/two"

    def test_what_the_user_set_for_uv_stays(self, monkeypatch):
        """The nearer setting wins."""
        monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
        found = uv_environment({"index-url": "https://mirror.example/simple"})
        assert found["UV_DEFAULT_INDEX"] == "https://chosen.example/simple"
