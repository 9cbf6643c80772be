"""What the page says of possible labels."""

from dataclasses import replace

import pytest
from pages import Page

from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Held
from tasks.report import render
from tasks.report.held import held_lines

SHARE = Interval(0.9121, 0.01, 30.0, 0.89, 0.9312, 0.05, 1_000, 31, 31.0, 0.1, "m")

CAME = "91.2 [89.0,\N{NO-BREAK SPACE}93.1] % of the rows; 90.0% was aimed at"


def with_held(inputs, **held):
    """The inputs, as if the models had intervals."""
    return replace(inputs, evidence=inputs.evidence.model_copy(update={"held": held}))


class TestLines:
    """One for each model."""

    def test_width_share_and_aim(self, make):
        """The half-width in the label's unit, the share with its interval, and what was aimed at."""
        inputs = with_held(make(), challenger=Held(aimed=0.9, share=SHARE, half_width=2.31))
        assert held_lines(inputs.evidence) == (
            ("challenger", f"each prediction ± 2.3100 units of the label held it in {CAME}"),
        )

    def test_where_every_label_is_possible(self, make):
        """It says so and why, and there is no `None` in it."""
        whole = replace(SHARE, estimate=1.0, low=None, high=None, note="no variation between clusters")
        inputs = with_held(make(), champion=Held(aimed=0.9, share=whole, half_width=None))
        ((name, line),) = held_lines(inputs.evidence)
        assert (name, "None" in line) == ("champion", False)
        assert line.startswith("every label is possible, for want of selection rows")
        assert "no variation between clusters" in line


class TestPage:
    """The section on the page."""

    @pytest.mark.parametrize("there", [True, False])
    def test_stands_where_there_are_intervals(self, make, there):
        """And nowhere else; the challenger first."""
        one = Held(aimed=0.9, share=SHARE, half_width=2.31)
        inputs = with_held(make(), champion=one, challenger=one) if there else make()
        page = Page(render(inputs))
        assert ("possible" in page.all("id")) is there
        assert page.words.count("90.0% was aimed at") == (2 if there else 0)
        assert page.unbalanced == []

    def test_is_kept_back_with_all_numbers(self, make, kept_back):
        """While the holdout may be asked again it is not told."""
        inputs = kept_back(with_held(make(), challenger=Held(aimed=0.9, share=SHARE, half_width=2.31)))
        assert "possible" not in Page(render(inputs)).all("id")
