"""Fixtures over the inputs of a page: variations of a decision as the steps would make it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from shown import SETTINGS, Make, inputs_of_a_page

from tasks.decide.decision import decide
from tasks.decide.sealed import sealed
from tasks.evaluate.findings import Evidence
from tasks.ledger import Decided
from tasks.past import Judged
from tasks.report import Inputs


@pytest.fixture
def make() -> Make:
    """Make the inputs of a page; the default is an undecided month with a champion."""
    return inputs_of_a_page


@pytest.fixture
def settings() -> str:
    """The text of params.yaml that the inputs were made with."""
    return SETTINGS


@pytest.fixture
def without_interval() -> Callable[[Inputs], Inputs]:
    """The same inputs, as if no interval could be given for any clause, metric or slice."""

    def change(inputs: Inputs) -> Inputs:
        document = inputs.evidence.model_dump(mode="json")
        _strip(document)
        evidence = Evidence.model_validate(document)
        decision = decide(evidence, inputs.params.contract, inputs.decision.look, "delays", 5)
        return replace(inputs, evidence=evidence, decision=decision)

    return change


def _strip(node: object) -> None:
    if isinstance(node, list):
        for item in node:
            _strip(item)
    elif isinstance(node, dict):
        if "standard_error" in node:
            node |= dict.fromkeys(("standard_error", "degrees_of_freedom", "low", "high"))
            node["note"] = "no variation between clusters"
        for item in node.values():
            _strip(item)


@pytest.fixture
def judged() -> Callable[..., Judged]:
    """Inputs as the past holds them: a decision of an entry, promoted by the next one if it says so."""

    def change(inputs: Inputs, number: int = 4, *, promoted: bool = True, period: str = "2013-03") -> Judged:
        decision = inputs.decision
        body = Decided(
            decision="2" * 64,
            verdict=decision.verdict,
            headline=decision.headline,
            look=decision.look.look,
            candidate=decision.challenger,
            registered=number - 1,
            champion=decision.champion_entry,
            contract=decision.contract,
            inputs="3" * 64,
            drill=decision.drill,
        )
        promotion = number + 1 if promoted and decision.verdict == "promote" else None
        return Judged(number, body, (period,), promotion, decision, inputs.evidence)

    return change


@pytest.fixture
def kept_back() -> Callable[[Inputs], Inputs]:
    """The same inputs while their holdout may be asked again: its numbers stay in the evidence alone."""
    return lambda inputs: replace(inputs, decision=sealed(inputs.decision))
