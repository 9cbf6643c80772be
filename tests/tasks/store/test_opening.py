"""Which URLs name a store."""

import pytest

from tasks.errors import BadInput
from tasks.store import open_store
from tasks.store.directory import DirectoryStore


class TestOpenStore:
    def test_plain_paths_and_file_urls_are_directories(self, tmp_path, monkeypatch):
        """Relative to where the command runs; a URL's escapes are undone."""
        monkeypatch.chdir(tmp_path)
        assert open_store("here").url == (tmp_path / "here").as_uri()
        assert open_store((tmp_path / "a b").as_uri()).url == (tmp_path / "a b").as_uri()
        assert isinstance(open_store(str(tmp_path)), DirectoryStore)

    @pytest.mark.parametrize("url", ["s3://bucket", "s3://bucket/", "s3://bucket/a/b", "s3://bucket/a/b/"])
    def test_s3_urls_keep_bucket_and_prefix(self, url):
        """A slash at the end changes nothing; opening sends nothing."""
        store = open_store(url)
        assert store.url == url.rstrip("/")
        assert store.rehearsal is False

    @pytest.mark.parametrize(
        "url",
        [
            "",
            " ",
            "s3://",
            "s3://B",
            "s3://ab",
            "s3:///a",
            "s3://bucket/../a",
            "s3://bucket/a//b",
            "s3://bucket?x=1",
            "file://relative",
            "http://host/x",
            "gs://bucket",
            "a\0b",
        ],
    )
    def test_anything_else_is_bad_input(self, url):
        """The message says what a store may be."""
        with pytest.raises(BadInput, match=r"A store is `s3://BUCKET|segment"):
            open_store(url)

    @pytest.mark.parametrize("url", ["s3://me:hidden@bucket", "https://me:hidden@host/x"])
    def test_passwords_in_urls_are_not_repeated(self, url):
        """A URL with a password is refused without printing it."""
        with pytest.raises(BadInput) as caught:
            open_store(url)
        assert "hidden" not in str(caught.value)

    def test_a_file_is_no_store(self, tmp_path):
        """A path that is a file would read as an empty store."""
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(BadInput, match="which is a file"):
            open_store(str(tmp_path / "file"))
