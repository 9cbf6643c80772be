"""The bill of materials: what CycloneDX 1.6 requires and allows, as far as this one uses it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from tasks.card import FullCard, bom
from tasks.environment import environment

# From bom-1.6.schema.json: what an object may have (nothing else is allowed), and what it must have (!).
ALLOWED = {
    "bom": "$schema bomFormat! specVersion! serialNumber version metadata components services dependencies "
    "externalReferences compositions vulnerabilities annotations formulation declarations definitions "
    "properties signature",
    "metadata": "timestamp lifecycles tools manufacturer authors component manufacture supplier licenses "
    "properties",
    "component": "type! mime-type bom-ref supplier manufacturer authors author publisher group name! version "
    "description scope hashes licenses copyright cpe purl omniborId swhid swid modified pedigree "
    "externalReferences components evidence releaseNotes modelCard data cryptoProperties properties tags "
    "signature",
    "hash": "alg! content!",
    "modelCard": "bom-ref modelParameters quantitativeAnalysis considerations properties",
    "modelParameters": "approach task architectureFamily modelArchitecture datasets inputs outputs",
    "metric": "type value slice confidenceInterval",
    "interval": "lowerBound upperBound",
    "data": "bom-ref type! name contents classification sensitiveData graphics description governance",
    "dependency": "ref! dependsOn provides",
    "property": "name value",
}
TYPES = {"application", "framework", "library", "container", "platform", "operating-system", "device", "data",
         "device-driver", "firmware", "file", "machine-learning-model", "cryptographic-asset"}  # fmt: skip


def wrong(kind: str, one: dict[str, Any]) -> list[str]:
    """What this object has and may not, or has not and must."""
    names = ALLOWED[kind].split()
    required = {name.rstrip("!") for name in names if name.endswith("!")}
    allowed = {name.rstrip("!") for name in names}
    return sorted(set(one) - allowed) + sorted(required - set(one))


def objects(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of the document with its kind."""
    yield "bom", document
    yield "metadata", document["metadata"]
    model = document["metadata"]["component"]
    for component in (model, *document["metadata"]["tools"]["components"], *document["components"]):
        yield "component", component
        yield from (("hash", one) for one in component.get("hashes", []))
        yield from (("data", one) for one in component.get("data", []))
        yield from (("property", one) for one in component.get("properties", []))
    yield "modelCard", model["modelCard"]
    yield "modelParameters", model["modelCard"]["modelParameters"]
    for metric in model["modelCard"].get("quantitativeAnalysis", {}).get("performanceMetrics", []):
        yield "metric", metric
        yield from [("interval", metric["confidenceInterval"])] if "confidenceInterval" in metric else []
    yield from (("dependency", one) for one in document["dependencies"])


def texts(value: Any) -> Iterator[Any]:
    """Every leaf below a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    else:
        yield value


class TestFormat:
    """What a reader of CycloneDX may rely on."""

    def test_every_object_has_what_it_must_and_no_more_than_it_may(self, full: FullCard) -> None:
        """By the specification's lists; more than a hundred objects."""
        found = list(objects(bom(full)))
        assert [(kind, bad) for kind, one in found if (bad := wrong(kind, one))] == []
        assert len(found) > 100

    def test_the_check_finds_what_is_wrong(self) -> None:
        """A component without a name, with a key of its own."""
        assert wrong("component", {"type": "library", "owner": "me"}) == ["owner", "name"]

    def test_constants_and_patterns(self, full: FullCard) -> None:
        """Format, version, serial number, time, kinds of component, digests, numbers as texts."""
        document = bom(full)
        assert (document["bomFormat"], document["specVersion"], document["version"]) == (
            "CycloneDX",
            "1.6",
            1,
        )
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document["serialNumber"])
        assert datetime.fromisoformat(document["metadata"]["timestamp"]).tzinfo is not None
        components = [one for kind, one in objects(document) if kind == "component"]
        assert {one["type"] for one in components} <= TYPES
        hashes = [one for kind, one in objects(document) if kind == "hash"]
        assert {one["alg"] for one in hashes} == {"SHA-256"}
        assert all(re.fullmatch("[0-9a-f]{64}", one["content"]) for one in hashes)
        assert all(
            isinstance(one, str) for one in texts({k: v for k, v in document.items() if k != "version"})
        )

    def test_references_lead_to_one_component_each(self, full: FullCard) -> None:
        """Every bom-ref once, and nothing refers to what is not there."""
        document = bom(full)
        refs = [one["bom-ref"] for kind, one in objects(document) if kind == "component" and "bom-ref" in one]
        assert len(refs) == len(set(refs))
        card = document["metadata"]["component"]["modelCard"]
        used = {one["ref"] for one in (*document["dependencies"], *card["modelParameters"]["datasets"])}
        used |= {ref for one in document["dependencies"] for ref in one["dependsOn"]}
        assert used <= set(refs)


class TestContent:
    """The model, its data, its libraries."""

    def test_names_the_model_by_its_bytes(self, full: FullCard) -> None:
        """The component that the document is about has the hash of the model file."""
        model = bom(full)["metadata"]["component"]
        assert (model["type"], model["name"]) == ("machine-learning-model", "small")
        assert model["hashes"] == [{"alg": "SHA-256", "content": full.card.model_sha256}]

    def test_names_each_batch_by_its_bytes_and_its_part(self, full: FullCard) -> None:
        """January trained, February judged."""
        data = [one for one in bom(full)["components"] if one["type"] == "data"]
        told = [(one["hashes"][0]["content"], one["description"].split(", ")[1]) for one in data]
        january, february = full.dataset.batches
        assert told == [(january.sha256, "training and selection"), (february.sha256, "holdout")]

    def test_names_each_library_of_the_environment(self, full: FullCard) -> None:
        """By the version that was registered; where no environment was, there are none."""
        found = {one["name"]: one for one in bom(full)["components"] if one["type"] == "library"}
        assert {name: one["version"] for name, one in found.items()} == environment().libraries
        version = environment().libraries["xgboost"]
        assert found["xgboost"]["purl"] == f"pkg:pypi/xgboost@{version}"
        bare = bom(full.model_copy(update={"environment": None}))
        assert {one["type"] for one in bare["components"]} == {"data"}

    def test_is_the_same_each_time(self, full: FullCard) -> None:
        """One model has one document, with one serial number; another decision has another."""
        assert bom(full) == bom(full)
        other = bom(full.model_copy(update={"entry": 99}))
        assert other["serialNumber"] != bom(full)["serialNumber"]

    def test_numbers_that_are_none_are_left_out(self, full: FullCard) -> None:
        """A metric without a value, and a lead without bounds."""
        assert full.metrics is not None
        auc = full.metrics["auc"]
        lead = auc.challenger_over_baseline
        changed = auc.model_copy(
            update={
                "challenger": None,
                "challenger_over_baseline": replace(lead, low=None, high=None),
            }
        )
        card = bom(full.model_copy(update={"metrics": {"auc": changed}}))["metadata"]["component"][
            "modelCard"
        ]
        (metric,) = card["quantitativeAnalysis"]["performanceMetrics"]
        assert metric == {
            "type": "auc, lead over the naive baseline, 0.9 interval",
            "value": repr(lead.estimate),
        }
