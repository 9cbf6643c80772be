"""A stage's hash follows everything its code can import, and nothing else."""

import ast
from pathlib import Path

import pytest

from tasks import code
from tasks.code import STAGES, code_hashes, code_version

ROOT = Path(__file__).parents[2]


def with_change(monkeypatch: pytest.MonkeyPatch, module: str) -> set[str]:
    """The stages whose hash changes when a line is added to `module`."""
    before = code_hashes()
    source = code._source
    monkeypatch.setattr(
        code, "_source", lambda name: source(name) + (b"\n# changed" if name == module else b"")
    )
    code._imports.cache_clear()
    after = code_hashes()
    return {stage for stage in STAGES if before[stage] != after[stage]}


class TestWhatChangesAHash:
    """The closure of imports, also of those inside functions."""

    @pytest.mark.parametrize(
        ("module", "at_least", "not_in"),
        [
            ("tasks.prepare.features", {"prepare", "train", "evaluate", "measure"}, {"validate", "version"}),
            ("tasks.validate.suite", {"validate"}, {"prepare", "train"}),
            ("tasks.train.booster", {"train", "evaluate", "measure"}, {"validate", "prepare"}),
            ("tasks.evaluate.evidence", {"evaluate", "decide"}, {"validate", "prepare"}),
            ("tasks.decide.contract", {"decide"}, {"validate", "prepare", "train", "evaluate"}),
            ("tasks.documents", set(STAGES), set()),
            ("tasks.version", {"version"}, {"validate"}),
            ("tasks.terminal", set(), set(STAGES)),
        ],
    )
    def test_stages(self, monkeypatch, module, at_least, not_in):
        """A change in a module changes the stages that import it, and leaves those that do not."""
        changed = with_change(monkeypatch, module)
        assert at_least <= changed
        assert not changed & not_in

    def test_a_library_s_version(self, monkeypatch):
        """Another XGBoost is another training."""
        before = code_hashes()
        version = code.metadata.version
        monkeypatch.setattr(
            code.metadata, "version", lambda name: "0" if name == "xgboost" else version(name)
        )
        after = code_hashes()
        changed = {stage for stage in STAGES if before[stage] != after[stage]}
        assert {"train", "evaluate"} <= changed
        assert not changed & {"validate", "version", "prepare", "decide"}


class TestEveryWayToImport:
    """The closure knows each of them."""

    @pytest.mark.parametrize(
        ("source", "module"),
        [
            (b"import tasks.params", "tasks.params"),
            (b"import tasks.params as p", "tasks.params"),
            (b"from tasks import params", "tasks.params"),
            (b"from tasks.params import Params", "tasks.params"),
            (b"def f():\n    from tasks.validate import suite", "tasks.validate.suite"),
            (b"if TYPE_CHECKING:\n    from tasks.params import Params", "tasks.params"),
        ],
    )
    def test_is_found(self, monkeypatch, source, module):
        """Whichever way a module is imported, it is among the imports."""
        monkeypatch.setattr(code, "_source", lambda _: source)
        assert module in code._imports.__wrapped__("any")


class TestWhatDoesNot:
    """The same code has the same hashes."""

    def test_the_same_again(self):
        """Hashes do not depend on anything but source and versions: one hash a stage, each its own."""
        first = code_hashes()
        assert first == code_hashes()
        assert tuple(first) == STAGES
        assert len(set(first.values())) == len(STAGES)

    def test_version(self):
        """The version is the package's, with eight digits over all stages."""
        version, _, digits = code_version().partition("+")
        assert version == code.metadata.version("evergreen")
        assert len(digits) == 8

    def test_imports_are_absolute(self):
        """The closure follows absolute imports; there are no others that it could miss."""
        for path in (ROOT / "tasks").rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                assert not (isinstance(node, ast.ImportFrom) and node.level), path
