"""What is decided before anything starts: folder, ports, credentials, whose store."""

import stat
import tempfile
from pathlib import Path

import pytest
from services.layout import ROOT, base_folder, read_layout, write_private

from tasks.errors import BadInput


class TestBaseFolder:
    """Where a stack lives."""

    def test_an_argument_wins_over_the_environment(self, tmp_path):
        """`--base` is the nearer word."""
        found = base_folder(tmp_path / "given", {"EVERGREEN_STACK": str(tmp_path / "other")})
        assert found == tmp_path / "given"

    def test_the_environment_wins_over_the_default(self, tmp_path):
        """EVERGREEN_STACK moves the whole stack."""
        assert base_folder(None, {"EVERGREEN_STACK": str(tmp_path)}) == tmp_path

    def test_the_default_lies_in_the_ignored_build_folder(self):
        """Nothing of a stack is ever tracked."""
        assert base_folder(None, {}) == ROOT / "build" / "stack"


class TestPorts:
    """Which ports it takes."""

    def test_each_port_is_named_with_the_variable_that_moves_it(self, tmp_path):
        """Eight for SeaweedFS from the S3 port on, one for Prefect."""
        environ = {"EVERGREEN_S3_PORT": "9000", "EVERGREEN_PREFECT_PORT": "4300"}
        ports = read_layout(tmp_path, environ).ports
        assert {port for port, name in ports.items() if name == "EVERGREEN_S3_PORT"} == set(range(9000, 9008))
        assert ports[4300] == "EVERGREEN_PREFECT_PORT"

    def test_ports_stay_as_they_were_at_the_last_up(self, tmp_path):
        """A stack that was moved once stays there."""
        write_private(tmp_path / "env", "export EVERGREEN_S3_PORT=9100\n")
        assert read_layout(tmp_path, {}).s3_port == 9100

    @pytest.mark.parametrize("text", ["80", "65530", "x", "-1", "٨٣٣٣"])
    def test_a_port_that_is_none_is_refused_by_name(self, tmp_path, text):
        """The message names the variable and what was found."""
        with pytest.raises(BadInput, match="EVERGREEN_S3_PORT has to be a port"):
            read_layout(tmp_path, {"EVERGREEN_S3_PORT": text})

    def test_prefect_may_not_sit_among_seaweedfs_ports(self, tmp_path):
        """Two servers on one port would be found out only at the start."""
        with pytest.raises(BadInput, match="EVERGREEN_PREFECT_PORT=9007"):
            read_layout(tmp_path, {"EVERGREEN_S3_PORT": "9000", "EVERGREEN_PREFECT_PORT": "9007"})


class TestCredentials:
    """Made up here, once."""

    def test_they_are_made_up_once(self, tmp_path):
        """Data written with them stays readable after `down` and `up`."""
        assert read_layout(tmp_path, {}).credentials == read_layout(tmp_path, {}).credentials

    def test_two_stacks_differ(self, tmp_path):
        """The access key tells one stack's store from another's."""
        first = read_layout(tmp_path / "a", {}).credentials
        second = read_layout(tmp_path / "b", {}).credentials
        assert first.access_key != second.access_key
        assert first.secret_key != second.secret_key

    def test_only_the_owner_reads_them(self, tmp_path):
        """Mode 0600, whatever the umask."""
        read_layout(tmp_path, {})
        assert stat.S_IMODE((tmp_path / "seaweedfs" / "s3.json").stat().st_mode) == 0o600

    def test_a_damaged_file_is_not_replaced(self, tmp_path):
        """New credentials would lock the old data away without a word."""
        write_private(tmp_path / "seaweedfs" / "s3.json", "{")
        with pytest.raises(BadInput, match=r"s3\.json should hold SeaweedFS's credentials"):
            read_layout(tmp_path, {})


class TestWhoseStore:
    """Ours, or one that the user names."""

    def test_a_store_in_the_environment_replaces_seaweedfs(self, tmp_path):
        """Any S3 by AWS's own variables; SeaweedFS's ports are not needed then."""
        layout = read_layout(tmp_path, {"EVERGREEN_STORE": "s3://mine", "AWS_ACCESS_KEY_ID": "AKIA"})
        assert layout.external == "s3://mine"
        assert list(layout.ports) == [layout.prefect_port]

    def test_a_shell_that_loaded_our_own_environment_does_not(self, tmp_path):
        """`. build/stack/env; make up` is the embedded store, not somebody else's."""
        key = read_layout(tmp_path, {}).credentials.access_key
        environ = {"EVERGREEN_STORE": "s3://evergreen", "AWS_ACCESS_KEY_ID": key}
        assert read_layout(tmp_path, environ).external is None


class TestSocket:
    """A path short enough for the kernel."""

    def test_it_lies_in_the_base_folder_where_that_is_short(self):
        """Next to everything else of the stack."""
        with tempfile.TemporaryDirectory() as short:
            layout = read_layout(Path(short), {})
            assert layout.socket == Path(short) / "supervisor" / "supervisor.sock"

    def test_a_long_base_folder_still_gives_a_path_that_the_kernel_takes(self, tmp_path):
        """Sockets are limited to about 104 bytes; clones may lie deep."""
        deep = tmp_path / ("d" * 120)
        assert len(str(read_layout(deep, {}).socket)) <= 100
        assert read_layout(deep, {}).socket != read_layout(tmp_path / ("e" * 120), {}).socket
