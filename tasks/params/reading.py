"""From params.yaml to settings, with one line for each thing that is wrong."""

import reprlib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from tasks.errors import BadInput
from tasks.params.columns import quoted
from tasks.params.contract import KINDS
from tasks.params.folder import Params
from tasks.params.section import IN_WORDS, Section
from tasks.params.steps import Source
from tasks.params.suite import read_suite, suite_path

_SHORT = reprlib.Repr()
Kind = TypeVar("Kind", bound=Section)
_KIND_AT = 3
"""Where in the place of a clause's setting its kind stands: contract, clauses, number, kind."""
_SHORT.maxlevel, _SHORT.maxstring = 2, 80


def read_params(path: Path) -> Params:
    """The parameters in `path`; raises `BadInput` with one line per setting that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: expected a readable params.yaml of a model folder: {error}") from error
    return parse_params(text, path.name, path.parent)


def parse_params(text: str, name: str = "params.yaml", folder: Path | None = None) -> Params:
    """As `read_params`, from text; `name` is what messages call it, and a suite lies below `folder`."""
    return _checked(_with_suite(_document(text, name), name, folder), name, Params)


def settings_in(text: str, name: str, kind: type[Kind]) -> Kind:
    """Settings of another file, by the same rules: one line for each that is wrong."""
    return _checked(_document(text, name), name, kind)


def _document(text: str, name: str) -> dict[Any, Any]:
    try:
        document = _plain(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadInput(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise BadInput(f"{name}: expected settings by section, found {type(document).__name__}")
    return document


def _checked(document: dict[Any, Any], name: str, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        lines = [_explained(name, dict(item)) for item in error.errors()]
        raise BadInput("\n".join(lines)) from error


# A run reads the same settings in each of its workspaces, and most of that time is YAML's.
@lru_cache(maxsize=8)
def _plain(text: str) -> object:
    """What is in a text of YAML; everyone gets the same objects, and nobody changes them."""
    return _tuples(_Loader(text).get_single_data(), {})


def _with_suite(document: dict[Any, Any], name: str, folder: Path | None) -> dict[Any, Any]:
    """The settings with the suite itself in place of the path that `validate.suite` is in the file."""
    section = document.get("validate")
    if not isinstance(section, dict) or section.get("suite") is None:
        return document
    file = section["suite"]
    if not isinstance(file, str) or folder is None:
        raise BadInput(f"{name}: validate.suite: expected the path of a file, found {_SHORT.repr(file)}")
    try:
        return {**document, "validate": {**section, "suite": read_suite(folder, file)}}
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error


def suite_file(path: Path) -> Path | None:
    """The suite that the params.yaml at `path` names, whether it is there or not; None if it names none."""
    data = path.read_bytes() if path.exists() else b""
    if b"suite" not in data:
        return None
    section = (_Loader(data).get_single_data() or {}).get("validate") or {}
    return suite_path(path.parent, section["suite"]) if section.get("suite") is not None else None


def sources_in(data: bytes) -> tuple[Source, ...]:
    """`prepare.sources` of settings that may be of another time than ours; raises `BadInput`."""
    try:
        document = _tuples(_Loader(data).get_single_data(), {})
        return TypeAdapter(tuple[Source, ...]).validate_python(document["prepare"]["sources"])  # type: ignore[index]
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, TypeError) as error:
        raise BadInput(f"prepare.sources: expected features that become known together: {error}") from error


class _Loader(yaml.SafeLoader):
    """YAML's plain types and nothing else; a key that is given twice would hide a setting."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"{key.value} is set twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return node


def _tuples(value: object, known: dict[int, object]) -> object:
    """YAML's lists as tuples, which is what frozen models hold; what is named twice is made once."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in known:
        known[id(value)] = (
            {key: _tuples(item, known) for key, item in value.items()}
            if isinstance(value, dict)
            else tuple(_tuples(item, known) for item in value)
        )
    return known[id(value)]


def _explained(name: str, item: dict[str, object]) -> str:
    location = item["loc"]
    parts = list(location) if isinstance(location, tuple) else []
    if parts[:2] == ["contract", "clauses"] and parts[_KIND_AT:][:1] and parts[_KIND_AT] in KINDS:
        # Of a clause's place, its kind is no part: it is one of its settings.
        del parts[_KIND_AT]
    if parts[-1:] == ["[key]"]:
        # A key is told as what it was, and not as a place.
        del parts[-2:]
    where = ".".join(quoted(part) if isinstance(part, str) else str(part) for part in parts)
    # Not what was found where it could be a secret: in the store's address, or under a key that is not ours.
    silent = item["type"] in ("missing", "value_error", "extra_forbidden") or where.startswith("store")
    found = "" if silent else f", found {_SHORT.repr(item['input'])}"
    return f"{name}: {where or 'settings'}: {_said(item)}{found}"


def _said(item: dict[str, object]) -> str:
    """What was expected; pydantic's words where they tell a user enough."""
    context = item.get("ctx")
    if isinstance(context, dict) and context.get("pattern") in IN_WORDS:
        return f"expected {IN_WORDS[context['pattern']]}"
    if item["type"] == "string_type" and isinstance(item["input"], bool | int | float | date | None):
        return 'expected text: write it in quotes ("no", "null", "1"), or YAML takes it for something else'
    return str(item["msg"]).removeprefix("Value error, ")
