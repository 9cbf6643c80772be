"""The lock: hashed, pinned, and tied to nobody's index."""

import re
import tomllib

import pytest
from install import LOCK, ROOT, block
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TEXT = LOCK.read_text()
REQUIREMENTS = [Requirement(line.rstrip("\\ ")) for line in TEXT.splitlines() if line and line[0] not in " #"]
VERSIONS = ("3.11", "3.12", "3.13")


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in [*project["dependencies"], *(line for e in extras for line in e)]]


class TestLock:
    """infra/requirements.txt as it is tracked."""

    def test_each_requirement_is_pinned_to_one_version(self):
        """`==` and nothing else."""
        assert len(REQUIREMENTS) > 100
        for requirement in REQUIREMENTS:
            assert [clause.operator for clause in requirement.specifier] == ["=="], requirement

    def test_each_requirement_is_hashed(self):
        """Whatever index serves a file, its SHA-256 decides."""
        blocks = re.split(r"\n(?=\S)", TEXT.strip())
        assert len(blocks) == len(REQUIREMENTS)
        for lines in blocks:
            first, *rest = lines.splitlines()
            assert rest, first
            for line in rest:
                assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), first

    def test_it_names_no_index_and_no_address(self):
        """A user's own mirror works as well as the public one."""
        assert "://" not in TEXT
        assert not re.search(r"--(?:extra-)?index|--find-links|--trusted-host|^-", TEXT, re.MULTILINE)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_every_declared_requirement_is_met_by_one_pin(self, version):
        """On each supported Python; else `make lock` was forgotten after editing pyproject.toml."""
        environment = {"python_version": version, "python_full_version": f"{version}.1"}
        pins: dict[str, list[str]] = {}
        for requirement in REQUIREMENTS:
            if requirement.marker is None or requirement.marker.evaluate(environment):
                pin = next(iter(requirement.specifier)).version
                pins.setdefault(canonicalize_name(requirement.name), []).append(pin)
        assert {name: found for name, found in pins.items() if len(found) > 1} == {}
        for requirement in declared():
            found = pins.get(canonicalize_name(requirement.name), [])
            assert found, requirement
            assert requirement.specifier.contains(found[0], prereleases=True), requirement

    def test_what_installs_and_builds_is_locked_too(self):
        """Uv is installed from it first, and the project is built with its setuptools."""
        for name in ("uv", "setuptools"):
            lines = block(TEXT, name).splitlines()
            assert lines[0].startswith(f"{name}==")
            assert all(line.startswith("    --hash=") for line in lines[1:])
            assert len(lines) > 1
