"""Which code ran: Evergreen's version, and a hash of each step's modules.

A model folder holds no code, so DVC could not see that a step has changed. `code.json`, pinned
beside `champion.json`, tells it: one hash for each step over the source of every `tasks` module
that the step's package can import, and the versions of the libraries that shape its bytes.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from tasks.documents import digest

STAGES = ("validate", "version", "prepare", "train", "evaluate", "measure", "decide")
_LIBRARIES = {
    "validate": ("great-expectations", "pandas", "pyarrow"),
    "prepare": ("pandas", "pyarrow", "numpy"),
    "train": ("xgboost", "numpy", "scipy"),
    "evaluate": ("xgboost", "numpy", "scipy"),
}


LIBRARIES = tuple(sorted({name for names in _LIBRARIES.values() for name in names}))
"""Those that shape the bytes of some step."""


@cache
def code_version() -> str:
    """Evergreen's version with a hash over all its steps: `0.1.0+3f9a2c81`."""
    return f"{metadata.version('evergreen')}+{digest(repr(sorted(code_hashes().items())).encode())[:8]}"


def code_hashes() -> dict[str, str]:
    """For each stage of dvc.yaml, a hash that changes when its code or its libraries do."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {stage: _stage_hash(stage, versions) for stage in STAGES}


def _stage_hash(stage: str, installed: dict[str, str]) -> str:
    sources = {name: digest(_source(name)) for name in sorted(_closure(f"tasks.{stage}"))}
    versions = {name: installed[name] for name in _LIBRARIES.get(stage, ())}
    return digest(repr((sources, versions)).encode())


def _closure(module: str) -> set[str]:
    seen: set[str] = set()
    todo = [module, *_inside(module)]
    while todo:
        name = todo.pop()
        if name not in seen and _path(name) is not None:
            seen.add(name)
            todo.extend(_imports(name))
    return seen


def _inside(package: str) -> Iterator[str]:
    path = _path(package)
    if path is not None and path.name == "__init__.py":
        yield from (f"{package}.{file.stem}" for file in path.parent.glob("*.py") if file.stem != "__init__")


@cache
def _imports(module: str) -> tuple[str, ...]:
    found = []
    for node in _statements(ast.parse(_source(module))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tasks"):
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith("tasks")]
    return tuple(found)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements below `tree`: walking through expressions, which import nothing, takes far longer."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield node
            yield from _statements(node)


@cache
def _path(module: str) -> Path | None:
    parts = module.split(".")
    root = Path(__file__).parent.joinpath(*parts[1:])
    for candidate in (root / "__init__.py", root.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _source(module: str) -> bytes:
    path = _path(module)
    return path.read_bytes() if path else b""
