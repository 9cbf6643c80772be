"""One name everywhere: stage, module, section, subcommand, Prefect task, in the order of the DAG."""

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.__main__ import evergreen
from tasks.code import STAGES
from tasks.params import Params
from tasks.steps import Steps

ROOT = Path(__file__).parents[2]
STEPS = [field.name for field in dataclasses.fields(Steps)]


@pytest.fixture(scope="module")
def stages() -> dict[str, dict[str, Any]]:
    """The stages of dvc.yaml, in its order."""
    document = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = document["stages"]
    return found


def paths(entries: list[Any]) -> list[str]:
    """The paths of deps or outs, which DVC writes as texts or as maps from a path to its options."""
    return [one if isinstance(one, str) else next(iter(one)) for one in entries]


class TestOneName:
    """Everything that is a step is called what the step is called."""

    def test_the_order_of_the_dag(self, stages):
        """dvc.yaml reads in the order in which a cycle calls the steps, between intake and promote."""
        assert ["intake", *stages, "promote"] == STEPS
        assert tuple(stages) == STAGES

    def test_each_stage_calls_its_step(self, stages):
        """A stage's command is its own subcommand."""
        for name, stage in stages.items():
            assert stage["cmd"].split()[:4] == ["python", "-m", "tasks", name]

    def test_modules(self):
        """A step is a module or a package of tasks, and has a function of its name."""
        for name in STEPS:
            package = ROOT / "tasks" / name
            assert package.is_dir() != package.with_suffix(".py").is_file(), name
            module = importlib.import_module(f"tasks.{name}.step" if package.is_dir() else f"tasks.{name}")
            assert callable(getattr(module, name))

    def test_subcommands(self):
        """Each step is a subcommand of the command line."""
        assert set(STEPS) <= set(evergreen.commands)

    def test_prefect_tasks(self):
        """The flow's tasks carry the steps' names, in their order."""
        retrain = importlib.import_module("flows.retrain")
        wrapped = [getattr(retrain.STEPS, name) for name in STEPS]
        assert [task.name for task in wrapped] == STEPS
        assert [task.fn for task in wrapped] == [getattr(Steps, name) for name in STEPS]
        assert retrain.__doc__.split(": ")[1].rstrip(".").split(", ") == STEPS

    def test_deployments(self):
        """What is deployed is a flow of its module's name, with the parameters that it is given."""
        document = yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text(encoding="utf-8"))
        for one in document["deployments"]:
            module, name = one["entrypoint"].rsplit(".", 1)
            found = getattr(importlib.import_module(module), name)
            assert (module, found.name) == (f"flows.{name}", name)
            assert set(one["parameters"]) <= set(found.parameters.properties)

    def test_sections(self, stages):
        """Where a stage has settings of its own, its section of params.yaml has its name."""
        sections = {field.alias or name for name, field in Params.model_fields.items()}
        assert {"intake", "validate", "prepare", "train", "evaluate", "measure"} <= sections
        for name in set(stages) & sections:
            assert name in stages[name]["params"]

    def test_only_retraining_s_steps(self):
        """params.yaml has sections for the model, its store, contract, steps, retention and erasure alone."""
        sections = {field.alias or name for name, field in Params.model_fields.items()}
        assert sections <= {"model", "store", "contract", "retention", "erase", *STEPS}


class TestStages:
    """dvc.yaml says what each stage reads and writes, and that is all there is."""

    def test_a_stage_reads_what_was_written_before_it(self, stages):
        """Every dependency below data/ is an output of an earlier stage, or the batches."""
        written = {"data/batches"}
        for name, stage in stages.items():
            needed = {path for path in paths(stage["deps"]) if path.startswith("data/")}
            assert needed <= written, name
            written |= set(paths(stage["outs"]))

    def test_code_is_a_dependency(self, stages):
        """Each stage depends on its own code's hash: DVC does not follow imports."""
        for name, stage in stages.items():
            assert {"code.json": [name]} in stage["params"], name

    def test_the_champion_is_pinned(self, stages):
        """The stages that compare depend on the pin, and no other does."""
        pinned = [name for name, stage in stages.items() if "champion.json" in paths(stage["deps"])]
        assert pinned == ["evaluate", "decide"]

    def test_promotion_is_no_stage(self, stages):
        """What has an effect outside the folder is not cached."""
        assert not {"intake", "promote", "score"} & set(stages)
