"""docs/params.md and the models of params.yaml say the same of every setting."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tasks.params import Params, parse_params

PAGE = (Path(__file__).parents[3] / "docs" / "params.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| [^| ][^|]* \|$", re.MULTILINE)
EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
SCHEMA = Params.model_json_schema(by_alias=True)
BOUNDS = (
    ("exclusiveMinimum", "above"),
    ("minimum", "at least"),
    ("exclusiveMaximum", "below"),
    ("maximum", "at most"),
    ("minItems", "at least"),
)
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
PLAIN = {"object": "section by column", "null": "`null`"}
OF_ALL = ("name", "kind", "owner", "reason", "level")
"""What clauses of every kind have; only those that rows decide have a level."""


def fits(node: dict[str, Any]) -> str:
    """What may stand for a setting, in the page's words."""
    if "anyOf" in node:
        return " or ".join(fits(one) for one in node["anyOf"])
    if "$ref" in node or "oneOf" in node:
        return "section"
    if "const" in node or "enum" in node:
        return ", ".join(f"`{one}`" for one in node.get("enum", [node.get("const")]))
    if node["type"] in PLAIN:
        by_class = "additionalProperties" in node and "propertyNames" not in node
        return "section by class" if by_class else PLAIN[node["type"]]
    if "pattern" in node or node.get("format") == "column":
        return "name" if "pattern" in node else "column"
    found = {word: node[key] for key, word in BOUNDS if key in node}
    if "above" in found and found.get("at least", 1) <= found["above"]:
        found.pop("at least", None)
    if "below" in found and found.get("at most", -1) >= found["below"]:
        found.pop("at most", None)
    kind = f"list of {fits(node['items'])}" if node["type"] == "array" else TYPES[node["type"]]
    return ", ".join([kind, *(f"{word} {bound:,.10g}" for word, bound in found.items())])


def default(node: dict[str, Any], *, required: bool) -> str:
    """What counts where a setting is left out, in the page's words."""
    value = node.get("default")
    if required or isinstance(value, dict):
        return "–" if required else "as below"
    return f"`{yaml.safe_dump(value, default_flow_style=True).splitlines()[0]}`"


def settings(node: dict[str, Any], at: str) -> Iterator[tuple[str, str, str]]:
    """Each setting of a section and below: its path, what may stand there, and its default."""
    for name, one in node["properties"].items():
        if at.endswith(": ") and name in OF_ALL:
            own = ("kind", "as below", "–") if name == "kind" else None
            told = own or (name, fits(one), default(one, required=name in node["required"]))
            yield f"contract.clauses[].{told[0]}", told[1], told[2]
        elif (path := f"{at}{name}") == "validate.suite":
            yield path, "text", "`null`"  # the file holds the path of the suite, which is read into its place
        else:
            yield path, fits(one), default(one, required=name in node.get("required", ()))
            yield from below(one, path)


def below(node: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """The settings of what a setting holds."""
    if "$ref" in node:
        yield from settings(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], f"{path}.")
    if "additionalProperties" in node and "propertyNames" in node:
        yield from below(node["additionalProperties"], f"{path}.NAME")
    for kind, place in node.get("items", {}).get("discriminator", {}).get("mapping", {}).items():
        yield from settings(SCHEMA["$defs"][place.rpartition("/")[2]], f"{kind}: ")
    if "$ref" in node.get("items", {}):
        yield from below(node["items"], f"{path}[]")
    for one in node.get("anyOf", ()):
        yield from below(one, path)


class TestThePage:
    """Nobody has to read the source to write a params.yaml."""

    def test_names_every_setting_with_what_fits_and_its_default(self) -> None:
        """And nothing that is no setting; no row is there twice."""
        told = ROW.findall(PAGE)
        assert sorted(told) == sorted(set(settings(SCHEMA, "")))

    def test_tells_a_changed_default(self) -> None:
        """The comparison is with the models: another default would be another row."""
        node = {"type": "number", "exclusiveMinimum": 0, "minimum": 0, "maximum": 1, "default": 0.05}
        assert (fits(node), default(node, required=False)) == ("number, above 0, at most 1", "`0.05`")

    def test_its_examples_together_are_a_params_yaml(self) -> None:
        """Each section's example can be copied: all of them make settings without an error."""
        params = parse_params("".join(EXAMPLE.findall(PAGE)))
        assert params.model_fields_set == set(Params.model_fields)
