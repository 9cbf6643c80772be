"""Every path below a model folder, named once.

A model folder holds `params.yaml` and `dvc.yaml`. A run works in a workspace of its own below
`.evergreen/runs/`, with the same layout, so that a step need not know which of the two it is in.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tasks.errors import BadInput
from tasks.params import Params, read_params, suite_file


class BatchFile(NamedTuple):
    """A batch in a workspace: `<period>.<first 12 digits of its SHA-256>.parquet`.

    The name carries the content's hash, so a corrected batch is another file and no file is rewritten.
    """

    period: str
    short: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.period}.{self.short}.parquet"

    @property
    def report(self) -> str:
        """The name of what `validate` says about it."""
        return f"{self.period}.{self.short}.json"

    @classmethod
    def of(cls, path: Path) -> "BatchFile":
        """Parse a file's name; raises `BadInput` for a name that `intake` did not give."""
        return cls.named(path.name, path.parent)

    @classmethod
    def named(cls, name: str, folder: Path) -> "BatchFile":
        """The same for a name in `folder`."""
        period, _, rest = name.partition(".")
        short, _, ending = rest.partition(".")
        if ending != "parquet" or len(short) != 12:  # noqa: PLR2004 - the 12 of the docstring
            raise BadInput(
                f"{folder / name}: expected <period>.<12 digits of its SHA-256>.parquet, "
                "as intake names batches"
            )
        return cls(period, short)


@dataclass(frozen=True)
class Workspace:
    """The files of a model folder or of one run, below `root`."""

    root: Path

    @cached_property
    def params(self) -> Params:
        """The settings in `params.yaml`, read once."""
        return read_params(self.params_file)

    @property
    def params_file(self) -> Path:
        return self.root / "params.yaml"

    @property
    def table_form(self) -> Path:
        """How a raw table becomes batches: for `evergreen add`, and for nothing else."""
        return self.root / "table.yaml"

    @property
    def dvc_yaml(self) -> Path:
        return self.root / "dvc.yaml"

    @property
    def dvc_lock(self) -> Path:
        return self.root / "dvc.lock"

    @property
    def champion_pin(self) -> Path:
        """Which champion this workspace compares with: written by `evergreen fetch` and nothing else."""
        return self.root / "champion.json"

    @property
    def code_pin(self) -> Path:
        """A hash of each step's code, so that DVC sees when a step has changed."""
        return self.root / "code.json"

    @property
    def environment(self) -> Path:
        """The libraries and the machine by which the decision was made: written when it is registered."""
        return self.root / "environment.json"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def batches(self) -> Path:
        return self.data / "batches"

    @property
    def batches_pointer(self) -> Path:
        """DVC's pointer to the batches."""
        return self.data / "batches.dvc"

    @property
    def validation(self) -> Path:
        return self.data / "validation"

    @property
    def rules(self) -> Path:
        """By which rules the reports in `validation` judge."""
        return self.validation / "rules.json"

    @property
    def released(self) -> Path:
        """Which batches' bad rows count all the same."""
        return self.validation / "released.json"

    @property
    def dataset(self) -> Path:
        return self.data / "dataset.json"

    @property
    def prepared(self) -> Path:
        return self.data / "prepared"

    @property
    def preparation(self) -> Path:
        """What `prepare` counted, and the features' schema."""
        return self.prepared / "prepared.json"

    @property
    def model(self) -> Path:
        return self.data / "model"

    @property
    def model_bytes(self) -> Path:
        return self.model / "model.ubj"

    @property
    def model_card(self) -> Path:
        """What the model is: features, categories, threshold, what it was trained on."""
        return self.model / "model.json"

    @property
    def training(self) -> Path:
        """How long the training took: beside the model, whose bytes are the same whatever it took."""
        return self.data / "training.json"

    @property
    def champion(self) -> Path:
        """The pinned champion's files, by hash."""
        return self.data / "champion"

    @property
    def look(self) -> Path:
        return self.data / "look.json"

    @property
    def evidence(self) -> Path:
        return self.data / "evidence.json"

    @property
    def explanation(self) -> Path:
        """What moves the models' answers: for people, and no input of the decision."""
        return self.data / "explanation.json"

    @property
    def measurements(self) -> Path:
        return self.data / "measurements.json"

    @property
    def decision(self) -> Path:
        return self.data / "decision.json"

    @property
    def report(self) -> Path:
        return self.data / "report.html"

    @property
    def dvc_cache(self) -> Path:
        return self.root / ".dvc" / "cache"

    @property
    def runs(self) -> Path:
        return self.root / ".evergreen" / "runs"

    @property
    def known_hashes(self) -> Path:
        """Hashes of files by their stat: the model folder's, and its runs', which share its cache."""
        runs = self.root.parent
        is_run = (runs.parent.name, runs.name) == (self.runs.parent.name, self.runs.name)
        return (runs if is_run else self.runs).parent / "hashes.json"

    @property
    def near(self) -> Path:
        """What lies beside the batches in the store and never changes, as far as it was asked for."""
        return self.root / ".evergreen" / "near"

    def batch_files(self) -> list[BatchFile]:
        """The batches at hand, by period; at most one revision of each."""
        # Names and not paths: a path costs more than all else here, and there is one for each batch ever.
        folder = self.batches
        names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - see above
        files = [BatchFile.named(name, folder) for name in sorted(names) if name[0] != "."]
        periods = [file.period for file in files]
        if twice := sorted(period for period, count in Counter(periods).items() if count > 1):
            raise BadInput(f"{folder}: two revisions of {', '.join(twice)}; keep the one that counts")
        return files

    def artifacts(self) -> Iterator[tuple[str, Path]]:
        """What a decision keeps for ever, by the names that the ledger gives them."""
        yield from ((name, path) for name, path in self.artifact_paths().items() if path.exists())

    def artifact_paths(self) -> dict[str, Path]:
        """Where each of them lies, whether it is there or not."""
        paths = (self.model_bytes, self.model_card, self.dataset, self.preparation, self.evidence,
                 self.measurements, self.explanation, self.decision, self.report, self.look,
                 self.params_file, self.dvc_yaml, self.dvc_lock, self.batches_pointer,
                 self.code_pin, self.environment)  # fmt: skip
        suite = self.suite_file()
        return {path.name: path for path in paths} | ({"suite.json": suite} if suite else {})

    def suite_file(self) -> Path | None:
        """The suite of one's own that `validate.suite` names, if it does."""
        return suite_file(self.params_file)


def open_folder(path: Path) -> Workspace:
    """The model folder at `path`; raises `BadInput` where there is none."""
    folder = Workspace(path.resolve())
    for file in (folder.params_file, folder.dvc_yaml):
        if not file.is_file():
            raise BadInput(f"{folder.root}: not a model folder: expected a file {file.name} there")
    return folder


def output_of(step: str, path: Path) -> bytes:
    """What `step` left at `path`; raises `BadInput` where it has not run."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput(f"{path}: {step} has not run here yet; run `evergreen {step}` before") from error


def discard(workspace: Workspace) -> None:
    """Remove a run's workspace; what others could see of the run is in the store."""
    shutil.rmtree(workspace.root, ignore_errors=True)
