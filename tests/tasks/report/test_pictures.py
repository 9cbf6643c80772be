"""Each picture shows the numbers that it is made from."""

import re
from dataclasses import replace

import pytest
from shown import SETTINGS

from tasks.evaluate.answers import NO_ALARM
from tasks.evaluate.evidence import CLUSTERED, Interval
from tasks.evaluate.findings import Bin, OperatingPoint, SliceEvidence, ValueByThreshold, ValueCurve
from tasks.report import render
from tasks.report.calibration import SIDE, mean_gap, reliability
from tasks.report.clauses import clause_views
from tasks.report.material import material
from tasks.report.money import money
from tasks.report.operating import operating
from tasks.report.slices import forest, reading


def interval(low, high, level=0.05):
    return Interval((low + high) / 2, 1.0, 5.0, low, high, level, 10, 6, 6.0, 0.2, CLUSTERED)


def one_slice(value, low, high, rows=100):
    return SliceEvidence(
        column="carrier",
        value=value,
        pooled=(),
        rows=rows,
        positives=10,
        incumbent=0.5,
        challenger=0.5,
        advantage=interval(low, high),
    )


def views(inputs):
    return clause_views(inputs.decision.clauses, inputs.evidence, "EUR")


class TestClausePicture:
    """Where the bar lies against the line is the verdict."""

    @pytest.mark.parametrize("settings", [{}, {"edge": 0.9, "lift": 0}, {"edge": -0.4, "lift": 0}])
    def test_the_bar_lies_right_of_the_line_exactly_when_the_clause_passes(self, make, settings):
        """Right passes, left fails, across is undecided."""
        for view in views(make(**settings)):
            drawing = view.picture
            if drawing.judged.low > drawing.required:
                assert view.clause.verdict == "pass"
            elif drawing.judged.high < drawing.required:
                assert view.clause.verdict == "fail"
            else:
                assert view.clause.verdict == "undecided"

    def test_the_thin_bar_is_the_one_as_if_rows_were_independent(self, make):
        """Days that share a fate make the judged bar the wider one, about the same estimate."""
        drawing = views(make())[0].picture
        assert drawing.independent.width < drawing.judged.width / 1.5
        assert drawing.independent.dot == drawing.judged.dot

    def test_the_level_of_several_looks_is_shown(self, make, settings):
        """Two looks at a holdout halve the level, and 95% is what the picture says."""
        text = settings.replace("min_clusters: 10", "min_clusters: 10\n  looks_per_holdout: 2")
        html = render(make(settings=text))
        assert "95% interval, by day" in html
        assert "90% interval, by day" not in html

    def test_a_ceiling_is_asked_as_it_was_declared(self, make):
        """Judged as a floor under the negative, said as a ceiling; the axis says minus."""
        ceiling = next(view for view in views(make()) if view.clause.name == "loss-ceiling")
        assert ceiling.asks == "log loss below 0.7"
        assert ceiling.axis_words == "Minus log loss, nats per row"
        assert ceiling.picture.required_words == "must exceed −0.7"

    def test_a_margin_is_said_with_its_unit(self, make, settings):
        """`by more than 0.01 nats per row`."""
        text = settings.replace("kind: beats_champion,", "kind: beats_champion, margin: 0.01,")
        clause = make(settings=text).decision.clauses[-1]
        assert clause.asks == "better log loss than the champion, by more than 0.01 nats per row"

    @pytest.mark.parametrize(
        ("settings", "part", "words"),
        [
            ("kind: coverage, threshold: 0.8", "", "Coverage, share of rows"),
            (
                "kind: abstention, risk: 0.1, answered: 0.2",
                "room under the risk",
                "Abstention of room under the risk, share of rows",
            ),
            (
                "kind: fairness, measure: error_rate, column: carrier, ratio: 0.5",
                "b less 0.5 times a",
                "Error rate of b less 0.5 times a, difference of shares",
            ),
            (
                "kind: fairness, measure: error_rate, column: carrier, margin: 0.5",
                "b less a",
                "Minus error rate of b less a, difference of shares",
            ),
            ("kind: churn, threshold: 0.1", "", "Minus churn, share of rows"),
            ("kind: calibration, margin: 0.1", "all rows, too low", "Minus calibration of all rows, too low"),
            (
                "kind: representation, column: carrier, values: [AA], threshold: 0.1",
                "carrier AA",
                "Representation of carrier AA, share of rows",
            ),
        ],
    )
    def test_the_axis_has_the_sign_of_its_numbers(self, make, settings, part, words):
        """A minus stands before what has to stay small, and before nothing that has to be large."""
        text = SETTINGS + f"    - {{name: c, {settings}, owner: o, reason: r}}\n"
        inputs = make(settings=text)
        clause = inputs.decision.clauses[-1]
        (view,) = clause_views((clause.model_copy(update={"part": part}),), inputs.evidence, "EUR")
        assert view.axis_words.startswith(words)


class TestForest:
    """Slices on one axis, read by their intervals."""

    def test_readings(self):
        """Above zero better, below worse, across unclear, none unclear."""
        none = Interval(0.1, None, None, None, None, 0.05, 10, 6, 6.0, 0.2, CLUSTERED, "no variation")
        assert [reading(one) for one in (interval(1, 2), interval(-2, -1), interval(-1, 2), none)] == [
            "better", "worse", "unclear", "unclear",
        ]  # fmt: skip

    def test_the_summary_counts_and_names_what_luck_would_do(self):
        """Forty slices: two better by luck alone."""
        slices = [one_slice(str(index), 1, 2) for index in range(3)]
        slices += [one_slice(str(index), -1, 2) for index in range(3, 40)]
        assert forest(tuple(slices)).summary.startswith("40 slices: better in 3, worse in 0, unclear in 37.")
        assert "about 2.0 of them" in forest(tuple(slices)).summary

    def test_one_wide_interval_does_not_flatten_the_others(self):
        """It is cut off at the edge and marked, and the others keep half the width."""
        slices = (*(one_slice(str(index), -0.01, 0.02) for index in range(5)), one_slice("wide", -5, 5))
        rows = forest(slices).groups[0].shown
        assert rows[0].bar.width > 50
        assert rows[-1].bar.cut_low
        assert rows[-1].bar.cut_high
        assert not rows[0].bar.cut_high

    def test_better_slices_lie_right_of_zero(self):
        """The picture and the word agree."""
        found = forest((one_slice("up", 0.01, 0.02), one_slice("down", -0.02, -0.01)))
        up, down = found.groups[0].shown
        assert up.bar.low > found.zero > down.bar.high


class TestReliability:
    """Bins on the square."""

    def test_a_calibrated_bin_lies_on_the_diagonal(self):
        """X from the left equals y from below."""
        point = reliability({"challenger": (Bin(predicted=0.2, observed=0.2, rows=5),)}).series[0].points[0]
        assert point.x == pytest.approx(SIDE - point.y)

    def test_all_points_fit_into_the_square(self):
        """The largest value sets the side."""
        bins = (Bin(predicted=0.01, observed=0.0, rows=9), Bin(predicted=0.42, observed=0.61, rows=1))
        for point in reliability({"challenger": bins}).series[0].points:
            assert 0 <= point.x <= SIDE
            assert 0 <= point.y <= SIDE

    def test_area_shows_rows(self):
        """Four times the rows, twice the radius."""
        bins = (Bin(predicted=0.1, observed=0.1, rows=25), Bin(predicted=0.4, observed=0.4, rows=100))
        small, large = reliability({"challenger": bins}).series[0].points
        assert large.radius == 2 * small.radius

    def test_the_mean_gap_is_weighted_by_rows(self):
        """0.1 off on 30 rows and right on 10: 0.075."""
        bins = (Bin(predicted=0.2, observed=0.3, rows=30), Bin(predicted=0.5, observed=0.5, rows=10))
        assert mean_gap(bins) == pytest.approx(0.075)

    def test_without_bins_there_is_no_picture(self):
        """Nothing to draw is nothing drawn."""
        assert reliability({}) is None


class TestMoney:
    """Values per 1,000 predictions on one axis through zero."""

    def test_lengths_are_proportional_to_amounts(self, make):
        """Twice the value, twice the length; losses lie left of zero."""
        inputs = make()
        metric = inputs.evidence.metrics["value"].model_copy(
            update={"baseline": 2.0, "champion": -1.0, "challenger": 4.0}
        )
        found = money(metric, inputs.params.evaluate.costs)
        base, champion, challenger = found.worth
        assert challenger.width == pytest.approx(2 * base.width, abs=0.02)
        assert champion.start + champion.width == pytest.approx(found.zero, abs=0.02)
        assert [one.amount for one in found.worth] == ["2,000", "−1,000", "4,000"]

    def test_a_missing_metric_has_no_picture(self, make):
        """No value metric, no section."""
        assert money(None, make().params.evaluate.costs) is None


def point(threshold, value, alarms=1):
    return OperatingPoint(threshold=threshold, value=value, alarms=alarms)


def curves(challenger, champion=None, nobody=0.0, everybody=-1.0):
    """A picture of these points, the first of each model its own."""
    models = {"challenger": challenger} | ({"champion": champion} if champion else {})
    told = {name: ValueCurve(chosen=points[0], points=tuple(points)) for name, points in models.items()}
    return operating(ValueByThreshold(nobody=nobody, everybody=everybody, models=told), 10, "EUR")


class TestOperating:
    """Value by threshold, each model's own threshold marked."""

    def test_the_own_threshold_lies_on_the_curve(self, make):
        """The mark is a corner of the steps, at the value that the metrics tell."""
        inputs = make()
        found = operating(inputs.evidence.value_by_threshold, inputs.evidence.rows, "EUR")
        assert [one.name for one in found.curves] == ["champion", "challenger"]
        for one in found.curves:
            assert f"V{one.y}H{one.x}" in one.path
            value = 1000 * getattr(inputs.evidence.metrics["value"], one.name)
            assert f"{value:+,.0f}".replace("-", "−") in one.words
            assert one.words.startswith("alarms from 30.0% on, ")

    def test_a_curve_begins_at_everybody_and_ends_at_nobody(self):
        """From the left edge at the value of all alarms to the right edge at that of none."""
        found = curves([point(0.2, -1.0), point(0.4, 3.0)])
        everybody, nobody = found.levels
        path = found.curves[0].path
        assert path.startswith(f"M0.0 {everybody.y}H50.0")
        assert path.endswith(f"V{nobody.y}H100")

    def test_more_value_is_higher(self):
        """Heights fall from the top as values rise, for points, levels and labels alike."""
        found = curves([point(0.4, 3.0)], [point(0.3, 1.0)])
        champion, challenger = found.curves
        assert challenger.y < champion.y < found.levels[1].y < found.levels[0].y
        assert [one.at for one in found.y_ticks] == sorted((one.at for one in found.y_ticks), reverse=True)

    def test_a_model_that_never_alarms(self):
        """Its mark is at the right edge, on the line of nobody, and its words say so."""
        found = curves([point(NO_ALARM, 0.0, 0), point(0.3, -1.0)])
        only = found.curves[0]
        assert (only.x, only.y) == (100.0, found.levels[1].y)
        assert only.words == "never alarms, 0"

    def test_a_constant_score_worth_nothing(self):
        """One threshold and no difference in value is drawn all the same."""
        found = curves([point(0.0, 0.0, 10)], everybody=0.0)
        assert all(0 <= one.y <= found.height for one in (*found.curves, *found.levels))

    def test_without_curves_there_is_no_picture(self, make):
        """Evidence of an earlier version has none, and its page is whole."""
        inputs = make()
        bare = replace(inputs, evidence=inputs.evidence.model_copy(update={"value_by_threshold": None}))
        assert "Where the alarm begins" not in render(bare)
        assert "Where the alarm begins" in render(inputs)


class TestMaterial:
    """The time line and the balance of rows."""

    def test_splits_follow_each_other_up_to_the_label_cut_off(self, make):
        """Train, selection, holdout, cut-off, from left to right without overlap."""
        found = material(make().preparation)
        train, selection, holdout = found.parts
        assert train.start == 0
        assert train.start + train.width <= selection.start
        assert selection.start + selection.width <= holdout.start
        assert holdout.start + holdout.width <= found.cutoff == 100

    def test_the_page_draws_them(self, make):
        """Each split is one rectangle of the time line."""
        html = render(make())
        assert re.findall(r'<rect class="(train|selection|holdout)"', html) == [
            "train",
            "selection",
            "holdout",
        ]
