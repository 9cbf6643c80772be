"""The past is read from the ledger and what it names, verified."""

from pathlib import Path

import pytest
from ledgers import MODEL, decided_workspace, enthroned, frozen, sha
from shown import inputs_of_a_page

from tasks.documents import write_atomically
from tasks.ledger import Ledger, Registered
from tasks.ledger.artifacts import artifact_key
from tasks.past import Judged, Returned, read_past
from tasks.promote import promote, rollback
from tasks.report import render_history
from tasks.store import open_store


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Contract 1; `a` to 5, promoted; `b` to 9, promoted; 10 a rollback to `a`; the drill `d` to 13."""
    ledger = frozen(open_store(str(tmp_path / "store")))
    enthroned(tmp_path, ledger, "a")
    enthroned(tmp_path, ledger, "b")
    rollback(ledger, reason="worse on Mondays")
    promote(decided_workspace(tmp_path, ledger, "d", verdict="keep", drill=True), ledger, sha("inputs"))
    return ledger


class TestReadPast:
    """Decisions and rollbacks, in order."""

    def test_brings_each_with_its_holdout_and_promotion(self, ledger):
        """The entries' numbers, kinds, periods and which entry promoted."""
        told = [
            (one.number, one.periods, one.promotion, one.body.drill)
            if isinstance(one, Judged)
            else (one.number, one.body.to)
            for one in read_past(ledger)
        ]
        assert told == [
            (4, ("holdout-a",), 5, False),
            (8, ("holdout-b",), 9, False),
            (10, 5),
            (13, ("holdout-d",), None, True),
        ]

    def test_a_decision_without_evidence_says_so(self, ledger):
        """What was not registered cannot be read, and the page still is one."""
        past = read_past(ledger)
        assert [one.unread for one in past if isinstance(one, Judged)] == [
            f"entry {number}: no evidence.json was registered" for number in (4, 8, 13)
        ]
        assert "worse on Mondays" in render_history(MODEL, past)

    def test_documents_are_those_of_the_decision(self, tmp_path: Path, ledger):
        """Evidence and decision as they were registered; changed bytes are not shown."""
        inputs = inputs_of_a_page()
        workspace = decided_workspace(tmp_path, ledger, "e")
        write_atomically(workspace.evidence, inputs.evidence.to_bytes())
        promote(workspace, ledger, sha("inputs of e"))
        last = [one for one in read_past(ledger) if isinstance(one, Judged)][-1]
        assert last.evidence == inputs.evidence
        assert last.decision is not None
        assert last.decision.challenger == sha("e")
        body = ledger.entry(last.body.registered).body
        assert isinstance(body, Registered)
        ledger.store.put(artifact_key(MODEL, body.artifacts["evidence.json"].sha256), b"forged")
        again = [one for one in read_past(ledger) if isinstance(one, Judged)][-1]
        assert again.evidence is None
        assert "not to its name" in again.unread

    def test_an_empty_ledger_has_no_past(self, tmp_path):
        """Nothing was decided."""
        assert read_past(Ledger(open_store(str(tmp_path / "store")), MODEL)) == ()

    def test_a_rollback_is_what_it_is(self, ledger):
        """With its reason."""
        found = next(one for one in read_past(ledger) if isinstance(one, Returned))
        assert found.body.reason == "worse on Mondays"
