"""Who may import whom; what must not be called at all."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("tasks", "flows", "infra")

ONLY_IN = {
    "boto3": "tasks/store/",
    "botocore": "tasks/store/",
    "great_expectations": "tasks/validate/",
    "xgboost": "tasks/train/booster.py",
    "prefect": "flows/",
    "dvc": "tasks/version/child.py",
}
"""A package, and where in tasks and flows it may be imported. (infra/ runs the services themselves.)"""

NEVER = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def sources(*folders: str) -> list[Path]:
    """Every Python file below these folders."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(found) > 5 * len(folders)
    return found


def imported(tree: ast.AST) -> Iterator[str]:
    """The names of all packages that a module imports, at its top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def unsafe(tree: ast.AST) -> list[str]:
    """Calls and imports that run or rebuild whatever the data says."""
    found = [name for name in imported(tree) if name in NEVER]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("eval", "exec", "compile", "__import__") or called.endswith(
                (".read_pickle", ".to_pickle")
            ):
                found.append(called)
            if called.endswith(("yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all")):
                found.append(called)
            keywords = {one.arg: ast.unparse(one.value) for one in node.keywords}
            if keywords.get("shell") == "True" or keywords.get("allow_pickle") == "True":
                found.append(f"{called} with {sorted(keywords)}")
    return found


class TestContracts:
    """The contracts in pyproject.toml, checked by import-linter."""

    def test_all_are_kept(self):
        """No module imports what a contract forbids."""
        command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        assert "0 broken" in done.stdout


class TestPackages:
    """Each heavy package has one home, whatever modules there are."""

    @pytest.mark.parametrize("package", sorted(ONLY_IN))
    def test_only_at_home(self, package):
        """No module outside the package's home imports it, also not inside a function."""
        homes = ONLY_IN[package]
        strangers = [
            path.relative_to(ROOT).as_posix()
            for path in sources("tasks", "flows")
            if package in imported(ast.parse(path.read_bytes()))
        ]
        assert [name for name in strangers if not name.startswith(homes)] == []

    def test_nothing_imports_flows(self):
        """Neither a task nor what runs the stack imports a flow."""
        assert [str(p) for p in sources("tasks") if "flows" in imported(ast.parse(p.read_bytes()))] == []

    def test_nothing_in_tasks_knows_the_example(self):
        """No task imports the example or names its data."""
        for path in sources("tasks"):
            assert "example" not in imported(ast.parse(path.read_bytes()))
            assert "flight" not in path.read_text(encoding="utf-8").lower(), path


class TestNothingUnsafe:
    """No pickle, no eval, no yaml.load, no shell."""

    def test_in_the_sources(self):
        """No module of tasks, flows or infra uses one."""
        found = {
            str(path.relative_to(ROOT)): unsafe(ast.parse(path.read_bytes())) for path in sources(*FOLDERS)
        }
        assert {name: calls for name, calls in found.items() if calls} == {}

    @pytest.mark.parametrize(
        "line",
        [
            "import pickle",
            "def f():\n    from pickle import loads",
            "eval('1')",
            "yaml.load(text)",
            "subprocess.run('ls', shell=True)",
            "np.load(path, allow_pickle=True)",
            "pd.read_pickle(path)",
        ],
    )
    def test_it_would_be_found(self, line):
        """Each of them, planted, is found: the test above can fail."""
        assert unsafe(ast.parse(line))

    def test_what_only_looks_alike(self):
        """`yaml.safe_load` and a method called `evaluate` are not taken for them."""
        assert unsafe(ast.parse("yaml.safe_load(text); model.evaluate(); re.compile('x')")) == []
