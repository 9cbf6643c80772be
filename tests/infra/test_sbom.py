"""What is installed, with its licence: from the lock and from the packages themselves, offline."""

import re
import uuid
from importlib.metadata import version

import pytest
import sbom
from install import LOCK

TEXT = LOCK.read_text(encoding="utf-8")
PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|BSD|0BSD|BSD-[23]-Clause|Apache|Apache-2\.0|ISC|PSF-2\.0|Python Software Foundation|"
    r"CC0|CC0-1\.0|Zlib|CNRI-Python|ZPL-2\.1|Zope Public|MPL-2\.0|Mozilla Public|Artistic)\b",
    re.IGNORECASE,
)
KNOWN = {
    "asyncssh": "EPL-2.0 OR GPL-2.0-or-later",  # DVC's SSH remotes: installed unchanged, never imported by us
    "grandalf": "GNU General Public License v2 (GPLv2)",  # or EPL, by its own words; `dvc dag` draws with it
    "pygit2": "GPLv2 with linking exception",  # DVC's git: the exception is for what links to it
}
"""Copyleft, looked at by a person: none is part of what is imported here or given away."""


def permissive(licence: str) -> bool:
    """Whether each part of it is, by one of its alternatives."""
    return all(PERMISSIVE.search(part) for part in licence.split(" AND "))


@pytest.fixture(scope="module")
def parts() -> tuple[sbom.Part, ...]:
    """The packages of the lock that this machine needs."""
    return sbom.parts(TEXT)


class TestLicences:
    """Of everything that is installed."""

    def test_are_told_by_every_package(self, parts: tuple[sbom.Part, ...]) -> None:
        """One that says nothing has to be looked at before it is used."""
        assert [part.name for part in parts if not part.licence] == []
        assert len(parts) > 100

    def test_are_permissive_or_known(self, parts: tuple[sbom.Part, ...]) -> None:
        """MPL's is by file. A new one of another kind, or a known one that changes, ends here."""
        others = {part.name: part.licence for part in parts if not permissive(part.licence)}
        assert others == KNOWN

    def test_that_are_not_permissive_are_found(self) -> None:
        """The test above can fail."""
        others = ("GPL-3.0-only", "AGPL-3.0", "SSPL", "Proprietary", "MIT AND GPL-3.0")
        assert not any(map(permissive, others))
        assert permissive("MIT OR GPL-3.0")


class TestBill:
    """CycloneDX 1.6."""

    def test_names_each_part_as_it_is_installed(self, parts: tuple[sbom.Part, ...]) -> None:
        """With its version, package URL, licence, and the hashes that the lock allows."""
        document = sbom.bill(TEXT)
        assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
        found = {one["name"]: one for one in document["components"]}
        assert len(found) == len(parts) == len({one["bom-ref"] for one in document["components"]})
        xgboost = found["xgboost"]
        assert xgboost["purl"] == f"pkg:pypi/xgboost@{version('xgboost')}"
        assert xgboost["licenses"] == [{"license": {"name": "Apache Software License"}}]
        assert all(one["properties"] for one in found.values())

    def test_is_the_same_for_the_same_lock(self) -> None:
        """And of another one it is another document."""
        first, again, other = (
            sbom.bill(TEXT),
            sbom.bill(TEXT),
            sbom.bill(TEXT.replace("xgboost==3", "xgboost==4")),
        )
        assert first == again
        assert first["serialNumber"] != other["serialNumber"]
        assert uuid.UUID(first["serialNumber"].removeprefix("urn:uuid:")).version == 5

    def test_is_written_where_it_is_asked_for(self, tmp_path, capsys) -> None:
        """As one file, and a line says how much is in it."""
        sbom.main(tmp_path / "deep" / "sbom.json")
        assert '"specVersion": "1.6"' in (tmp_path / "deep" / "sbom.json").read_text()
        assert capsys.readouterr().out.endswith(" components\n")
