"""The decision is total and pure: promote if and only if every clause passes; same inputs, same bytes."""

import json
import re
from dataclasses import replace

import pytest
from data_factories import contender, one_part, small_params
from factories import small_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.decide.contract import judge
from tasks.decide.decision import Decision, decide
from tasks.documents import digest
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Evidence, Look
from tasks.evaluate.step import compare

PARAMS = small_params()
CONTRACT = PARAMS.contract
NAMES = [clause.name for clause in CONTRACT.clauses]
ROWS = small_frame("2024-02", rows=300).dropna(subset="label").astype({"label": "int8"})
BASE = compare(
    ROWS,
    contender("challenger", [0.8 if label else 0.2 for label in ROWS["label"]]),
    contender("champion", [0.6 if label else 0.4 for label in ROWS["label"]]),
    PARAMS,
    ("2024-02",),
)
PLAIN = BASE.clauses[NAMES[0]].parts[0].interval

some_bounds = st.one_of(st.none(), st.sampled_from([-0.2, 0.0, 0.01, 0.59, 0.6, 0.61, 0.9]))
intervals = st.builds(
    lambda low, high, estimate, clusters: replace(
        PLAIN, low=low, high=high, estimate=estimate, clusters=clusters, note="no reason"
    ),
    some_bounds,
    some_bounds,
    some_bounds,
    st.sampled_from([0, 14, 15, 29]),
)
some_evidence = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(one_part, intervals, intervals),
)


def look_of(evidence: Evidence) -> Look:
    """The look that this evidence came of."""
    return Look(
        look=digest(b"look"),
        periods=evidence.holdout,
        challenger=evidence.challenger,
        champion=evidence.champion,
        contract=CONTRACT.hash,
        drill=evidence.drill,
        ordinal=1,
        budget=1,
    )


def decided(clauses: dict[str, ClauseEvidence], **changes: object) -> Decision:
    evidence = BASE.model_copy(update={"clauses": clauses, **changes})
    return decide(evidence, CONTRACT, look_of(evidence), "small", 4 if evidence.champion else None)


def told(low: float, high: float, clusters: int = 29) -> ClauseEvidence:
    one = replace(PLAIN, low=low, high=high, clusters=clusters)
    return one_part(one)


PASSES = {name: told(0.61, 0.9) for name in NAMES}


class TestPromoteIffEveryClausePasses:
    """No road leads round a clause."""

    @settings(max_examples=150)
    @given(some_evidence)
    def test_total_and_exact(self, clauses):
        """Whatever evidence there is: promote if and only if each clause is there and passes by itself."""
        found = decided(clauses)
        verdicts = [judge(clause, CONTRACT, clauses.get(clause.name)).verdict for clause in CONTRACT.clauses]
        assert (found.verdict == "promote") == (verdicts == ["pass"] * len(NAMES))
        assert (found.verdict == "keep") == ("fail" in verdicts)
        assert found.but_for == tuple(n for n, v in zip(NAMES, verdicts, strict=True) if v != "pass")
        assert [clause.name for clause in found.clauses] == NAMES
        assert set(clauses) >= set(NAMES) or found.verdict != "promote"

    def test_all_pass(self):
        """With every clause above its bar the challenger is promoted, and the headline counts them."""
        found = decided(PASSES)
        assert found.verdict == "promote"
        assert found.headline.startswith("The challenger meets all 3 requirements on ")

    @pytest.mark.parametrize("missing", NAMES)
    def test_missing_evidence_never_promotes(self, missing):
        """Take away one clause's evidence: undecided, and the headline says which."""
        found = decided({name: one for name, one in PASSES.items() if name != missing})
        assert (found.verdict, found.but_for) == ("undecided", (missing,))
        assert missing in found.headline
        assert "there is no evidence for it" in found.headline

    def test_no_evidence_at_all(self):
        """Without any, nothing is promoted and every clause is named."""
        assert decided({}).but_for == tuple(NAMES)

    @pytest.mark.parametrize("name", NAMES)
    def test_one_failure_keeps(self, name):
        """One failed clause keeps the champion, whatever the others say."""
        found = decided({**PASSES, name: told(-0.9, -0.8)})
        assert (found.verdict, found.but_for) == ("keep", (name,))
        assert "the champion stays" in found.headline

    def test_evidence_for_a_stranger_counts_nothing(self):
        """Evidence under a name that the contract lacks changes no byte."""
        assert decided({**PASSES, "made-up": told(-0.9, -0.8)}).to_bytes() == decided(PASSES).to_bytes()


class TestBytes:
    """One document, whose hash is the decision's."""

    @settings(max_examples=30)
    @given(some_evidence)
    def test_same_inputs_same_bytes(self, clauses):
        """Deciding again, also from evidence that went through its file, gives the same bytes."""
        evidence = BASE.model_copy(update={"clauses": clauses})
        read = Evidence.model_validate_json(evidence.to_bytes())
        first, again = (
            decide(one, CONTRACT, look_of(one), "small", 4).to_bytes() for one in (evidence, read)
        )
        assert first == again
        assert Decision.model_validate_json(first).to_bytes() == first

    def test_no_time_and_no_host(self, monkeypatch):
        """On another host, at another time, as another user: the same bytes, without any of the three."""
        first = decided(PASSES).to_bytes()
        monkeypatch.setattr("time.time", lambda: 0.0)
        monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
        monkeypatch.setenv("USER", "somebody-else")
        assert decided(PASSES).to_bytes() == first
        assert not re.search(rb"\d\d:\d\d", first)
        assert not {"time", "host", "seconds", "created", "actor"} & set(flat_keys(json.loads(first)))


def flat_keys(document: object) -> list[str]:
    """Every key at every depth."""
    if isinstance(document, dict):
        return [*document, *(key for value in document.values() for key in flat_keys(value))]
    return [key for value in document for key in flat_keys(value)] if isinstance(document, list) else []


class TestHeadlines:
    """A stakeholder reads the first line."""

    def test_a_drill_is_called_one(self):
        """The headline of a drill says that its labels were shuffled."""
        found = decided({name: told(-0.9, -0.8) for name in NAMES}, drill=True)
        assert found.drill
        assert found.headline.startswith("The drill's challenger (shuffled labels) fails ")

    def test_row_level_statistics_would_have_promoted(self):
        """Where only clustering stands between the challenger and office, it is said."""
        unsure: Interval = replace(PLAIN, low=-0.1, high=0.9, clusters=29)
        sure = replace(PLAIN, low=0.61, high=0.9, clusters=29)
        found = decided({**PASSES, NAMES[-1]: one_part(unsure, sure)})
        assert found.row_level_would_promote
        assert found.verdict == "undecided"
        assert found.headline.endswith("Row-level statistics would have promoted it.")

    def test_without_a_champion(self):
        """A first challenger that fails leaves no champion, and the headline says so."""
        found = decided({name: told(-0.9, -0.8) for name in NAMES}, champion=None)
        assert found.champion_entry is None
        assert "there is still no champion" in found.headline

    def test_alarms_are_passed_on(self):
        """What evaluation says loudly is in the decision, word for word."""
        assert decided(PASSES, alarms=("LOUD",)).alarms == ("LOUD",)
