"""The markdown says the same in a few lines, and what people wrote stays text."""

import re

import pytest

from tasks.report import markdown
from tasks.report.summary import would_have_been


def rows_of(text, head):
    """The cells of the table whose head starts with `head`."""
    lines = text.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(f"| {head} "))
    table = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return table


class TestMarkdown:
    """Headline, alarms, clauses and metrics."""

    def test_headline_verdict_and_what_would_have_been_come_first(self, make):
        """The first lines decide whether to read on."""
        inputs = make()
        first = "\n".join(markdown(inputs.decision, inputs.evidence).splitlines()[:10])
        assert "UNDECIDED: delays" in first
        assert "The evidence does not tell" in first
        assert "Row-level statistics would have promoted it." in first
        assert "600 rows in 30 clusters" in first

    def test_alarms_stand_above_the_headline(self, make):
        """Loudly: quoted, bold, before all else but the verdict."""
        inputs = make(champion=-0.6)
        text = markdown(inputs.decision, inputs.evidence)
        assert text.count("> **ALARM:") == len(inputs.decision.alarms) > 0
        assert text.index("ALARM") < text.index("The evidence does not tell")

    def test_every_clause_has_its_row(self, make):
        """Name, owner, verdict, estimate with interval, requirement, and the row-level verdict."""
        inputs = make()
        table = rows_of(markdown(inputs.decision, inputs.evidence), "clause")
        assert [row[0] for row in table] == [clause.name for clause in inputs.decision.clauses]
        for row, clause in zip(table, inputs.decision.clauses, strict=True):
            assert len(row) == 6
            assert row[1] == clause.owner
            assert row[2].endswith(clause.verdict)
            assert f"{abs(clause.interval.estimate):.4f}" in row[3]
            assert f"{abs(clause.interval.low):.4f}" in row[3]
            assert row[5].endswith(clause.row_level)

    def test_every_metric_has_its_row(self, make):
        """All three models, and the advantages over both; none where there is no champion."""
        inputs = make(champion=None)
        table = rows_of(markdown(inputs.decision, inputs.evidence), "metric")
        assert [row[0].split(" (")[0].split(" \\(")[0] for row in table] == ["log loss", "AUC", "value"]
        assert [row[2] for row in table] == ["none"] * 3
        assert [row[5] for row in table] == ["none"] * 3

    def test_a_drill_says_so(self, make):
        """Nobody mistakes it for a candidate."""
        drill, real = make(drill=True), make()
        assert "This is a drill" in markdown(drill.decision, drill.evidence)
        assert "This is a drill" not in markdown(real.decision, real.evidence)

    def test_what_people_wrote_is_neither_markup_nor_a_new_cell(self, make):
        """Pipes, line breaks, links and HTML in an owner's name stay in their cell as text."""
        inputs = make()
        owner = "a|b\n# c <script>x</script> [d](e) `f`"
        clauses = tuple(clause.model_copy(update={"owner": owner}) for clause in inputs.decision.clauses)
        text = markdown(inputs.decision.model_copy(update={"clauses": clauses}), inputs.evidence)
        assert [len(row) for row in rows_of(text, "clause")] == [6] * len(clauses)
        assert "<script" not in text
        assert not re.search(r"(?<!\\)\[d", text)
        assert not re.search(r"^# c", text, re.MULTILINE)


class TestWouldHaveBeen:
    """What row-level statistics would have done, in one sentence or two."""

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"edge": 0.9, "lift": 0}, "Row-level statistics would have promoted it too."),
            ({"edge": -0.4, "lift": 0}, "Row-level statistics would not have promoted it."),
        ],
    )
    def test_it_follows_the_decision(self, make, settings, words):
        """Promoted with, or refused without, row-level statistics."""
        assert would_have_been(make(**settings).decision) == words


class TestSealed:
    """An orchestrator's page tells no more than the decision."""

    def test_has_verdicts_and_no_metrics(self, make, settings):
        """Clauses with how they ended; the table of metrics is left out."""
        text = settings.replace("min_clusters: 10", "min_clusters: 10\n  looks_per_holdout: 2")
        inputs = make(settings=text, retired=False)
        told = markdown(inputs.decision, inputs.evidence)
        assert "| metric |" not in told
        assert told.count("not told yet") == len(inputs.decision.clauses) + 1
        lead = inputs.evidence.metrics["log_loss"].challenger_over_baseline
        assert f"{abs(lead.estimate):.4f}" not in told
