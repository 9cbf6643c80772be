"""A full card: what was registered with a model, verified, and nothing that is sealed."""

from pathlib import Path

import pytest
from data_factories import on_paper
from factories import deliver
from ledgers import MODEL, decided_workspace, frozen, sha
from pasts import Past, judged_once

from tasks.card import FullCard, bom, read_full_card
from tasks.documents import canonical
from tasks.errors import BadInput, Corrupt
from tasks.ledger.artifacts import artifact_key
from tasks.promote import promote
from tasks.replay.record import record_of
from tasks.report.card import card_markdown
from tasks.run import retrain
from tasks.store import open_store


class TestFullCard:
    """Of a decision, of its promotion, and of nothing else."""

    def test_is_the_same_from_the_decision_and_from_the_promotion(self, past: Past, full: FullCard) -> None:
        """One document; with the model's own card, its data, its verdict, its numbers and its environment."""
        number = past.decisions["promote"]
        assert read_full_card(past.ledger, number + 1) == full
        assert full.candidate == full.card.candidate == past.ledger.state().champion.candidate  # type: ignore[union-attr]
        assert [one.period for one in full.dataset.batches] == ["2024-01", "2024-02"]
        assert (full.entry, full.decision.verdict, full.in_office, full.promoted) == (
            number,
            "promote",
            True,
            True,
        )
        assert full.metrics is not None
        assert full.environment is not None

    def test_needs_what_it_tells(self, tmp_path: Path) -> None:
        """Where too little was registered, that is named."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, sha("inputs"))
        with pytest.raises(BadInput, match=r"has no card: dataset\.json, prepared\.json, evidence\.json"):
            read_full_card(ledger, 4)

    def test_is_not_made_from_damaged_bytes(self, past: Past, tmp_path: Path) -> None:
        """One line names the artifact."""
        ledger = past.copied(tmp_path / "store")
        ref = record_of(ledger, past.decisions["promote"]).named["model.json"]
        ledger.store.put(artifact_key(MODEL, ref.sha256), b"{}")
        with pytest.raises(Corrupt, match=f"artifacts/{MODEL}/{ref.sha256}: its bytes hash to"):
            read_full_card(ledger, past.decisions["promote"])


class TestSealed:
    """While the holdout may be asked again, no form of the card tells a number that it gave."""

    def test_tells_numbers_once_the_holdout_has_retired(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before: no metric, no slice, no interval, in words and in the bill of materials."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        sealed = judged_once(tmp_path, looks=2)
        number = sealed.decisions["promote"]
        early = read_full_card(sealed.ledger, number)
        on_paper(monkeypatch)
        deliver(sealed.folder, "2024-03")
        retrain(sealed.folder)
        late = read_full_card(sealed.ledger, number)
        assert (early.metrics, early.slices, early.decision.sealed) == (None, None, True)
        assert late.metrics is not None
        assert not late.decision.sealed
        for metric in late.metrics.values():
            for told in (repr(metric.challenger), f"{metric.challenger:.4f}"):
                everywhere = card_markdown(early) + canonical(bom(early)).decode() + early.to_bytes().decode()
                assert told not in everywhere
        assert "numbers are shown once this holdout has retired" in card_markdown(early).lower()
        assert f"{late.metrics['auc'].challenger:.4f}" in card_markdown(late)
