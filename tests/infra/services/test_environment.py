"""The environment file, as a shell and as a program read it."""

import os
import stat
import subprocess

import pytest
from services.environment import MEMBER, parse, process_environment, render, variables
from services.layout import read_layout, write_private


@pytest.fixture
def layout(tmp_path):
    return read_layout(tmp_path / "it's a folder", {})


class TestFile:
    """Written once, read by shells and by programs."""

    @pytest.mark.parametrize("load", [". {}", "set -a; . {}; set +a"])
    def test_a_shell_gets_what_a_program_parses(self, layout, load):
        """Both ways of loading give each variable, also with a quote and a space in a path."""
        write_private(layout.environment_file, render(layout, {}))
        command = load.format('"$FILE"') + "; env -0"
        shell = subprocess.run(
            ["sh", "-c", command],
            env={
                "FILE": str(layout.environment_file),
                "AWS_SESSION_TOKEN": "old",
                "PATH": os.environ["PATH"],
            },
            capture_output=True,
            text=True,
            check=True,
        )
        found = dict(line.split("=", 1) for line in shell.stdout.split("\0") if line)
        expected = variables(layout, {})
        assert {name: found.get(name) for name in expected} == expected == parse(layout.environment_file)
        assert "AWS_SESSION_TOKEN" not in found

    def test_only_the_owner_reads_it(self, layout):
        """It holds a secret: mode 0600 even where the umask would allow more."""
        before = os.umask(0)
        try:
            write_private(layout.environment_file, render(layout, {}))
        finally:
            os.umask(before)
        assert stat.S_IMODE(layout.environment_file.stat().st_mode) == 0o600

    def test_no_file_means_no_variables(self, tmp_path):
        """Before the first `up` there is nothing to remember."""
        assert parse(tmp_path / "missing") == {}


class TestVariables:
    """What is in it."""

    def test_the_embedded_store_is_reached_with_its_credentials(self, layout):
        """What boto3, DVC and `tasks.store` need, and nothing of the user's."""
        found = variables(layout, {"AWS_ACCESS_KEY_ID": "AKIA"})
        assert found["EVERGREEN_STORE"] == "s3://evergreen"
        assert found["AWS_ENDPOINT_URL_S3"] == "http://127.0.0.1:8333"
        assert found["AWS_ACCESS_KEY_ID"] == layout.credentials.access_key

    def test_credentials_of_another_store_are_not_copied_to_a_file(self, tmp_path):
        """They may be a role or a profile, and stay where the user keeps them."""
        environ = {
            "EVERGREEN_STORE": "s3://mine/models",
            "AWS_ENDPOINT_URL_S3": "https://s3.example.org",
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": "do-not-copy",
        }
        text = render(read_layout(tmp_path, environ), environ)
        assert "https://s3.example.org" in text
        assert "s3://mine/models" in text
        assert "do-not-copy" not in text
        assert "AKIA" not in text

    def test_loopback_is_not_behind_a_proxy(self, layout):
        """With a proxy set, our addresses are added to what goes past it."""
        found = variables(layout, {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "corp"})
        assert found["NO_PROXY"] == found["no_proxy"] == "corp,127.0.0.1,localhost"
        assert "NO_PROXY" not in variables(layout, {})

    def test_nobody_is_told_that_the_stack_runs(self, layout):
        """Prefect's, Great Expectations' and DVC's telemetry are off."""
        found = variables(layout, {})
        assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == found["GX_ANALYTICS_ENABLED"] == "false"
        assert found["DO_NOT_TRACK"] == found["DVC_NO_ANALYTICS"] == "1"


class TestProcesses:
    """What the services and their flow runs get beside it."""

    def test_they_find_this_installation_first_and_may_cache_bytecode(self, layout, tmp_path):
        """A flow run uses the interpreter and the dvc beside it, and compiles its imports once."""
        environ = {
            "PATH": "/usr/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_SESSION_TOKEN": "old",
            "HOME": "/h",
        }
        found = process_environment(layout, environ, tmp_path / "bin")
        assert found["PATH"] == f"{tmp_path / 'bin'}:/usr/bin"
        assert found["HOME"] == "/h"
        assert not {"PYTHONDONTWRITEBYTECODE", "AWS_SESSION_TOKEN", MEMBER} & set(found)
