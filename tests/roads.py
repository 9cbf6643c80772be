"""Three roads against one pinned champion: a deployment run, `evergreen run --pinned`, `dvc repro`."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner
from stacks import Stack

from tasks.__main__ import evergreen
from tasks.documents import digest
from tasks.ledger import Decided, Ledger
from tasks.opening import open_ledger
from tasks.show import show
from tasks.workspace import Workspace

STAGES = ["validate", "version", "prepare", "train", "evaluate", "measure", "decide"]
_DIFFERS = ("training.json", "measurements.json", "report.html", "batches.dvc")
"""What a run measures, the page that shows it, and the pointer that dvc.yaml does not ask for."""


@dataclass(frozen=True)
class Roads:
    """The three clones, the deployment run's result, and what DVC printed."""

    deployed: Path
    pinned: Path
    repro: Path
    result: dict[str, Any]
    said: str

    @property
    def folders(self) -> tuple[Path, Path, Path]:
        """All three."""
        return self.deployed, self.pinned, self.repro


def walk(stack: Stack, clone: Callable[[str], Path], before: Callable[[], None] = lambda: None) -> Roads:
    """Handle what has arrived on each road, in clones that share nothing but the store.

    `clone` makes a fresh model folder of a name. All is pinned before the first road begins, since it
    may put another champion into office; `before` is called in between.
    """
    deployed, pinned, repro = (clone(name) for name in ("deployed", "pinned", "repro"))
    stack.command("evergreen", "intake", folder=repro)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda folder: stack.command("evergreen", "fetch", folder=folder), (pinned, repro)))
    before()
    with ThreadPoolExecutor() as pool:
        said = pool.submit(stack.command, "dvc", "repro", "--no-run-cache", folder=repro)
        result = stack.watched("retrain/flights", folder=str(deployed))
    stack.command("evergreen", "run", "--pinned", folder=pinned)
    return Roads(deployed, pinned, repro, result, said.result())


def outputs(folder: Path) -> dict[str, str]:
    """The hash of every file below data/ that has to be the same on each road, by name."""
    files = [path for path in (folder / "data").rglob("*") if path.is_file() and path.name not in _DIFFERS]
    return {str(path.relative_to(folder)): digest(path.read_bytes()) for path in sorted(files)}


DIFFER = ("measurements.json", "report.html", "dvc.lock", "batches.dvc", "environment.json")
"""What a run measures, the page that shows it, what DVC writes, and what is written with the entry only."""


def say(*arguments: object) -> None:
    """A command of `evergreen` that has to be done."""
    done = CliRunner().invoke(evergreen, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output


def one_by_one(folder: Path) -> None:
    """The commands of dvc.yaml in their order, in this process and without DVC."""
    for stage in yaml.safe_load((folder / "dvc.yaml").read_text())["stages"].values():
        interpreter, module, tasks, *arguments = stage["cmd"].split()
        assert (interpreter, module, tasks) == ("python", "-m", "tasks")
        say(*arguments, "--folder", folder)


def recorded(folder: Path, entry: int | None) -> dict[str, str]:
    """The hash of every artifact of a decision that has to be the same on each road, by name."""
    assert entry is not None
    found = show(open_ledger(folder)[1], entry).artifacts
    return {name: one.sha256 for name, one in found.items() if name not in DIFFER}


def made(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The hashes of what lies in a folder under these artifacts' names."""
    paths = Workspace(folder).artifact_paths()
    return {name: digest(paths[name].read_bytes()) for name in names}


class Agreement:
    """One pinned champion, separate clones, separate empty caches: one result.

    A test class inherits this where there are fixtures `stack`, `roads` and `ledger`.
    """

    def test_the_outputs_of_all_stages_have_the_same_bytes(self, roads: Roads) -> None:
        """Everything below data/ but what a run measures."""
        found = outputs(roads.deployed)
        assert outputs(roads.pinned) == found
        assert outputs(roads.repro) == found
        names = {Path(file).relative_to("data").parts[0].removesuffix(".json") for file in found}
        whole = "batches validation dataset prepared model champion look evidence explanation decision"
        assert names == set(whole.split())

    def test_all_are_against_one_champion_and_by_one_code(self, roads: Roads) -> None:
        """The same `champion.json`, with a champion in it, and the same `code.json`."""
        for name in ("champion.json", "code.json"):
            assert len({(folder / name).read_bytes() for folder in roads.folders}) == 1
        assert '"champion": null' not in (roads.repro / "champion.json").read_text()

    def test_there_is_one_decision(self, roads: Roads, ledger: Ledger) -> None:
        """One digest in three folders, in the flow's result, and once in the ledger."""
        digests = {digest((folder / "data" / "decision.json").read_bytes()) for folder in roads.folders}
        assert digests == {roads.result["decision"]}
        bodies = [entry.body for entry, _ in ledger.entries()]
        assert [one.decision for one in bodies if isinstance(one, Decided)].count(digests.pop()) == 1

    def test_dvc_executed_every_stage(self, roads: Roads) -> None:
        """Nothing came out of a cache."""
        assert [stage for stage in STAGES if f"Running stage '{stage}'" in roads.said] == STAGES

    def test_after_a_flow_run_dvc_has_nothing_to_do(self, stack: Stack, roads: Roads) -> None:
        """`dvc status` is clean, and `dvc repro` skips every stage."""
        status = stack.command("dvc", "status", folder=roads.deployed)
        assert status.strip() == "Data and pipelines are up to date."
        said = stack.command("dvc", "repro", folder=roads.deployed)
        assert "Running stage" not in said
        assert [stage for stage in STAGES if f"Stage '{stage}' didn't change, skipping" in said] == STAGES
