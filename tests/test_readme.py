"""The README's transcripts are what the commands print, and the commands it names exist."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from example.flights import build_months

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
AUDIT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
CHECKED = re.compile(r"<!-- checked by tests/test_readme\.py -->\n```console\n(.*?)```", re.DOTALL)
TARGET = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)


def plain(text: str) -> str:
    """Without what differs from run to run: times, names, code versions, spaces at the ends of lines."""
    text = re.sub(r"\d{4}-\d{2}-\d{2}T[\d:.]+\+00:00", "<time>", text)
    text = re.sub(r"by [^,\n]+, code \S+", "by <who>, code <version>", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def evergreen(folder: Path, *words: str) -> str:
    """What a command prints, in the model folder and against its own directory."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EVERGREEN_")}
    command = [str(Path(sys.executable).with_name("evergreen")), *words]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def may(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's folder in the May of the demo: three months at once, then one by one."""
    folder = tmp_path_factory.mktemp("readme") / "flights"
    folder.mkdir()
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copyfile(ROOT / name, folder / name)
    months = build_months(ROOT / "build" / "flights")
    incoming = folder / "store" / "incoming" / "flights"
    incoming.mkdir(parents=True)
    for arriving in (("2013-01", "2013-02", "2013-03"), ("2013-04",), ("2013-05",)):
        for period in arriving:
            shutil.copyfile(months[period], incoming / f"{period}.parquet")
        evergreen(folder, "run")
    return folder


class TestTranscripts:
    def test_the_readme_opens_with_a_refusal_that_is_real(self, may: Path):
        """Each console block is what its command prints on the example's real data."""
        blocks = CHECKED.findall(README)
        assert blocks
        for block in blocks:
            first, _, told = block.partition("\n")
            assert first.startswith("$ evergreen ")
            assert plain(evergreen(may, *first.removeprefix("$ evergreen ").split())) == plain(told)

    @pytest.mark.long
    def test_an_auditor_gets_the_data_and_the_same_bytes(self, may: Path):
        """The checked blocks of docs/audit.md, on the same data."""
        blocks = CHECKED.findall(AUDIT)
        assert len(blocks) == 2
        for block in blocks:
            first, _, told = block.partition("\n")
            assert plain(evergreen(may, *first.removeprefix("$ evergreen ").split())) == plain(told)

    def test_row_level_statistics_would_have_promoted_what_the_days_refuse(self, may: Path):
        """The claim above the transcript, from the decision itself."""
        told = evergreen(may, "show", "11")
        assert "undecided" in told
        assert "Row-level statistics would have promoted it." in " ".join(told.split())


class TestCommands:
    @pytest.mark.parametrize("target", sorted(set(TARGET.findall(README))))
    def test_make_targets_exist(self, target: str):
        """Every make target that the README names is in the Makefile."""
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)

    @pytest.mark.parametrize(
        "command", sorted(set(re.findall(r"evergreen ([a-z]+)", f"{README}{AUDIT}")) - {"make"})
    )
    def test_subcommands_exist(self, command: str):
        """Every subcommand that the README or docs/audit.md names has a help page."""
        from tasks.__main__ import evergreen as group

        assert command in group.commands

    @pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
    def test_links_lead_somewhere(self, path: str):
        """Every relative link is a file."""
        assert (ROOT / path).exists()
