"""The step decides on evidence, look and pin of one comparison, or on nothing."""

import pytest
from data_factories import changed, months, versioned

from tasks.decide.step import decide, read_decision
from tasks.documents import digest
from tasks.errors import BadInput
from tasks.evaluate.step import evaluate
from tasks.ledger import Champion, Ledger
from tasks.measure import measure
from tasks.pins import ChampionPin, fetch
from tasks.prepare.step import prepare
from tasks.store import open_store
from tasks.train.step import train
from tasks.workspace import Workspace


@pytest.fixture
def evaluated(tmp_path) -> tuple[Workspace, Ledger]:
    """A workspace in which everything before `decide` has run."""
    workspace = versioned(tmp_path, months("2024-01", "2024-02", rows=200))
    ledger = Ledger(open_store(str(tmp_path / "store")), "small")
    prepare(workspace)
    fetch(workspace, ledger)
    train(workspace)
    evaluate(workspace, ledger)
    measure(workspace)
    return workspace, ledger


class TestDecides:
    """It writes what it returns."""

    def test_the_file_is_the_decision(self, evaluated):
        """The file's bytes are the decision's, again and again."""
        workspace, _ = evaluated
        decision = decide(workspace)
        assert workspace.decision.read_bytes() == decision.to_bytes()
        assert read_decision(workspace) == decision
        assert decide(workspace).to_bytes() == decision.to_bytes()

    @pytest.mark.parametrize("missing", ["evidence", "look"])
    def test_before_evaluate(self, evaluated, missing):
        """Without evidence or look the message says which step to run, and nothing is decided."""
        workspace, _ = evaluated
        getattr(workspace, missing).unlink()
        with pytest.raises(BadInput, match="evaluate has not run here yet"):
            decide(workspace)
        assert not workspace.decision.exists()

    def test_nothing_decided_yet(self, evaluated):
        """Reading a decision that was not made says so."""
        with pytest.raises(BadInput, match="decide has not run here yet"):
            read_decision(evaluated[0])


class TestOneComparison:
    """Evidence that was gathered under another contract or against another champion decides nothing."""

    def test_a_contract_relaxed_after_the_evidence(self, evaluated):
        """A bar lowered once the evidence is known, and pinned with `fetch`, is refused."""
        workspace, ledger = evaluated
        workspace.params_file.write_text(changed(("threshold: 0.6", "threshold: 0.1")))
        relaxed = Workspace(workspace.root)
        with pytest.raises(BadInput, match=r"the contract in params.yaml has changed"):
            decide(relaxed)
        fetch(relaxed, ledger)
        with pytest.raises(BadInput, match="not of one comparison"):
            decide(relaxed)
        assert not relaxed.decision.exists()

    def test_a_champion_pinned_after_the_evidence(self, evaluated):
        """Evidence against the base rate does not put a challenger over a champion."""
        workspace, _ = evaluated
        pin = ChampionPin.model_validate_json(workspace.champion_pin.read_bytes())
        other = Champion(number=9, registered=8, candidate=digest(b"another"))
        workspace.champion_pin.write_bytes(pin.model_copy(update={"champion": other}).to_bytes())
        with pytest.raises(BadInput, match="run `evergreen evaluate` before `evergreen decide`"):
            decide(workspace)

    def test_another_challenger_s_look(self, evaluated):
        """Look and evidence must be of one challenger."""
        workspace, _ = evaluated
        look = workspace.look.read_text()
        challenger = digest(workspace.model_card.read_bytes())
        workspace.look.write_text(look.replace(challenger, digest(b"another")))
        with pytest.raises(BadInput, match="not of one comparison"):
            decide(workspace)
