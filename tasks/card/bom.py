"""A model's bill of materials: CycloneDX 1.6 in JSON (ECMA-424), written directly.

The model is the component that the document is about; the batches that its decision names and the libraries
of the environment are the components it was made of. Pure: one card gives one document.
"""

import uuid
from typing import Any
from urllib.parse import quote

from tasks.card.full import FullCard
from tasks.evaluate.evidence import Interval
from tasks.objectives import OBJECTIVES
from tasks.params.columns import listed

_NAMESPACE = uuid.UUID("b9d6f1c4-6a0e-5c55-9d43-1c1b8c0f3a77")
_TASKS = {"binary": "classification", "multiclass": "classification", "quantile": "quantile regression"}


def bom(full: FullCard) -> dict[str, Any]:
    """The document. Its serial number is made of the model's identity and its decision's entry."""
    serial = uuid.uuid5(_NAMESPACE, f"{full.name} {full.entry} {full.candidate}")
    batches, libraries = _batches(full), _libraries(full)
    model = f"model:{full.candidate}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": full.time,
            "tools": {"components": [{"type": "application", "name": "evergreen", "version": full.code}]},
            "component": {
                "type": "machine-learning-model",
                "bom-ref": model,
                "name": full.name,
                "version": full.candidate[:12],
                "hashes": _hashes(full.card.model_sha256),
                "modelCard": _model_card(full, [one["bom-ref"] for one in batches]),
                "properties": _properties(full),
            },
        },
        "components": [*batches, *libraries],
        "dependencies": [{"ref": model, "dependsOn": [one["bom-ref"] for one in (*batches, *libraries)]}],
    }


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _batches(full: FullCard) -> list[dict[str, Any]]:
    """Each batch of the dataset version with the part it played."""
    return [
        {
            "type": "data",
            "bom-ref": f"batch:{one.period}:{one.sha256}",
            "name": f"{full.name} {one.period}",
            "version": one.sha256[:12],
            "description": f"{one.rows} rows, {_part(full, one.period)}",
            "hashes": _hashes(one.sha256),
            "data": [{"type": "dataset", "name": one.file}],
        }
        for one in full.dataset.batches
    ]


def _part(full: FullCard, period: str) -> str:
    if period in full.decision.holdout:
        return "holdout"
    return "training and selection" if period in full.card.periods else "not used"


def _libraries(full: FullCard) -> list[dict[str, Any]]:
    if full.environment is None:
        return []
    return [
        {
            "type": "library",
            "bom-ref": (purl := f"pkg:pypi/{quote(name, safe='')}@{quote(version, safe='')}"),
            "name": name,
            "version": version,
            "purl": purl,
        }
        for name, version in sorted(full.environment.libraries.items())
    ]


def _model_card(full: FullCard, datasets: list[str]) -> dict[str, Any]:
    features = listed(one.name for one in full.card.features.features)
    card: dict[str, Any] = {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": _TASKS.get(full.card.objective, "regression"),
            "architectureFamily": "gradient-boosted trees",
            "modelArchitecture": f"{full.card.library}, {full.card.trees} trees",
            "datasets": [{"ref": one} for one in datasets],
            "inputs": [{"format": f"columns: {features}"}],
            "outputs": [{"format": f"{full.card.label}: {OBJECTIVES[full.card.objective].name}"}],
        },
    }
    if full.metrics is not None:
        card["quantitativeAnalysis"] = {"performanceMetrics": _metrics(full)}
    return card


def _metrics(full: FullCard) -> list[dict[str, Any]]:
    """Values on the holdout, and leads with their two-sided intervals; what is not finite is left out."""
    found = []
    for name, metric in (full.metrics or {}).items():
        if metric.challenger is not None:
            found.append({"type": f"{name} ({metric.unit})", "value": repr(metric.challenger)})
        for over, lead in (
            ("the naive baseline", metric.challenger_over_baseline),
            ("the champion of then", metric.challenger_over_champion),
        ):
            if lead is not None and lead.estimate is not None:
                told = f"{name}, lead over {over}, {1 - 2 * lead.level:.4g} interval"
                found.append({"type": told, "value": repr(lead.estimate), **_bounds(lead)})
    return found


def _bounds(lead: Interval) -> dict[str, Any]:
    if lead.low is None or lead.high is None:
        return {}
    return {"confidenceInterval": {"lowerBound": repr(lead.low), "upperBound": repr(lead.high)}}


def _properties(full: FullCard) -> list[dict[str, str]]:
    """What CycloneDX has no field for, under a name of ours."""
    told = {
        "candidate": full.candidate,
        "ledger-entry": str(full.entry),
        "verdict": full.decision.verdict,
        "contract": full.decision.contract,
        "in-office": str(full.in_office).lower(),
        **({"python": full.environment.python} if full.environment else {}),
    }
    return [{"name": f"evergreen:{name}", "value": value} for name, value in told.items()]
