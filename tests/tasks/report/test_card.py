"""A model's card in markdown: everything in its place, nothing that is markup."""

from pathlib import Path

import pytest
from pasts import judged_once

from tasks.card import FullCard, read_full_card
from tasks.report.card import card_markdown
from tasks.train.temperature import Temperature
from tasks.train.uncertainty import Sets


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> FullCard:
    """The card of a promoted model."""
    past = judged_once(Path(tmp_path_factory.mktemp("promoted")))
    return read_full_card(past.ledger, past.decisions["promote"])


class TestMarkdown:
    """What a person reads."""

    def test_has_its_sections_in_order(self, full: FullCard) -> None:
        """The model, its decision, its data, what limits it, where it comes from."""
        heads = [line for line in card_markdown(full).splitlines() if line.startswith("#")]
        assert heads == [
            f"# Model card: small {full.candidate[:12]}",
            "## The model",
            "## Its decision: ✔ PROMOTE: small",
            "## What it learned from",
            "## What to keep in mind",
            "## Where it comes from",
        ]

    def test_tells_each_batch_metric_slice_and_the_proof(self, full: FullCard) -> None:
        """By hash, by name, by value, and how to check it."""
        text = card_markdown(full)
        assert all(f"`{one.sha256}`" in text for one in full.dataset.batches)
        assert full.metrics is not None
        assert f"{full.metrics['log_loss'].challenger:.4f}" in text
        assert text.count("| colour ") == 3
        assert f"evergreen replay {full.entry}" in text
        assert "In office." in text

    def test_says_what_limits_it(self, full: FullCard) -> None:
        """The one holdout; open requirements; an environment that nobody registered."""
        assert "Judged on 2024-02 alone" in card_markdown(full)
        open_one = full.decision.model_copy(update={"but_for": ("useful-ranking",)})
        text = card_markdown(full.model_copy(update={"decision": open_one, "environment": None}))
        assert "- Requirement not met or open: useful-ranking." in text
        assert "- Its environment was not registered." in text

    def test_tells_how_sure_a_model_of_classes_is_made_to_be(self, full: FullCard) -> None:
        """Its temperature and what makes a class possible; another model's card has no word of them."""
        sure = {
            "classes": ("low", "middle", "high"),
            "calibration": Temperature(temperature=1.25),
            "sets": Sets(coverage=0.8, most_doubt=0.75),
        }
        text = card_markdown(full.model_copy(update={"card": full.card.model_copy(update=sure)}))
        assert "log odds divided by 1.25, fitted on selection" in text
        assert "those of a probability of 0.25 or more, fitted on selection to hold the label in 0.8" in text
        assert not [one for one in ("possible labels", "calibrated") if one in card_markdown(full)]

    def test_markup_from_outside_is_text(self, full: FullCard) -> None:
        """An actor, a label, a feature: nothing of them opens a tag, a link or a cell."""
        evil = "<script>alert(1)</script> | [x](http://evil)\n# head"
        feature = full.card.features.features[0].model_copy(update={"name": evil})
        features = full.card.features.model_copy(update={"features": (feature,)})
        card = full.card.model_copy(update={"label": evil, "features": features})
        text = card_markdown(full.model_copy(update={"actor": evil, "card": card}))
        assert "<script>" not in text
        assert "\n# head" not in text
        assert "](http" not in text
        assert text.count("alert") == 3
