"""Columns that are called as people's tables call theirs: one cycle, and everything that names a column."""

import gzip
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from commands import Said, evergreen
from data_factories import on_paper
from factories import MODEL, PARAMS, small_folder, small_frame
from pages import Page

from tasks.card import bom, read_full_card
from tasks.decide.decision import Decision
from tasks.opening import open_ledger
from tasks.params import parse_params
from tasks.params.columns import RULES
from tasks.replay.step import replay
from tasks.report.card import card_markdown
from tasks.run import Outcome, retrain
from tasks.show import show
from tasks.validate.result import changes, rules_document

MONTHS = JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"
ODD = {
    "row_id": "comma,quote\"'",
    "event_time": "slash/../..",
    "day": "[bold]x[/bold]",
    "state": "{brace}",
    "label": "größe",
    "label_known_at": "2",
    "x": "a.b",
    "z": "Monthly Charges (EUR)",
    "colour": "<b>&amp;",
    "known_at": "no",
}
"""The small folder's columns, and what they are called here."""
MORE = ("self", "__index_level_0__", "%s %(x)d")
"""Features beside them, copies of others."""
NAMES = {*ODD.values(), *MORE}


def odd_params() -> str:
    """The small folder's settings with these names, rows kept aside, and clauses by the odd slice."""
    settings = yaml.safe_load(PARAMS)
    columns = settings["validate"]["columns"]
    settings["validate"]["columns"] = {ODD[name]: rules for name, rules in columns.items()}
    settings["validate"]["columns"] |= {name: {"type": "number", "max_nulls": 0.2} for name in MORE}
    settings["validate"]["quarantine"] = {"max_share": 0.05}
    prepare = settings["prepare"]
    prepare |= {name: ODD[prepare[name]] for name in ("id", "event_time", "cluster")}
    prepare["label"] = {key: ODD[name] for key, name in prepare["label"].items()}
    prepare["exclude"][0]["column"] = ODD["state"]
    prepare["sources"][0] |= {
        "available_at": ODD["known_at"], "numeric": [ODD["x"], ODD["z"], *MORE],
        "categorical": [ODD["colour"]],
    }  # fmt: skip
    prepare["slices"] = [ODD["colour"]]
    of_slice = {"column": ODD["colour"], "owner": "somebody", "reason": "Because."}
    settings["contract"]["clauses"] += [
        {"name": "slices", "kind": "slice", "metric": "brier", "margin": 0.9, **of_slice},
        {"name": "there", "kind": "representation", "values": ["red"], "threshold": 0.1, **of_slice},
    ]
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)


def odd_frame(period: str) -> pd.DataFrame:
    """A month with these names, of which three rows break the rule of `a.b`."""
    rows = small_frame(period)
    rows.loc[[3, 30, 300], "x"] = 99.0
    return rows.rename(columns=ODD).assign(**{"__index_level_0__": rows["z"], "%s %(x)d": 1.0}).join(
        rows["z"].rename("self")
    )  # fmt: skip


def as_parquet(period: str) -> bytes:
    """The month, and beside `a.b` a column `a` that holds a `b` of its own, which nobody declares."""
    table = pa.Table.from_pandas(odd_frame(period), preserve_index=False)
    nested = pa.array([{"b": "not this one"}] * len(table))
    sink = io.BytesIO()
    pq.write_table(table.add_column(0, "a", nested), sink)
    return sink.getvalue()


def as_csv(period: str) -> bytes:
    """The month as text."""
    return gzip.compress(odd_frame(period).to_csv(index=False).encode())


def put(folder: Path, name: str, data: bytes) -> None:
    """Bytes where producers put them."""
    target = folder / "store" / "incoming" / MODEL / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


@dataclass(frozen=True)
class Lived:
    """A folder in which January came as Parquet, February as CSV and March as Parquet."""

    folder: Path
    first: Outcome
    second: Outcome

    def evergreen(self, *arguments: object) -> Said:
        """A command in it."""
        return evergreen(*arguments, "-C", self.folder)

    def page(self, *arguments: object) -> Page:
        """The page that a command saves."""
        path = self.folder / "page.html"
        said = self.evergreen(*arguments, path)
        assert said.status == 0, said.err
        return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Two cycles, run once."""
    folder = small_folder(tmp_path_factory.mktemp("odd"), params=odd_params())
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        put(folder, f"{JANUARY}.parquet", as_parquet(JANUARY))
        put(folder, f"{FEBRUARY}.csv.gz", as_csv(FEBRUARY))
        first = retrain(folder)
        put(folder, f"{MARCH}.parquet", as_parquet(MARCH))
        return Lived(folder, first, retrain(folder))


pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def _its_own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


def decided(folder: Path, entry: int | None) -> Decision:
    """The decision of an entry, as the ledger has it."""
    found = show(open_ledger(folder)[1], int(entry or 0)).decision
    assert found is not None
    return found


def safe(page: Page) -> None:
    """No name has become markup, and every element is closed."""
    assert page.unbalanced == []
    assert page.open == []
    assert "b" not in {tag for tag, _ in page.elements}


class TestACycle:
    """The same decisions as with plain names."""

    def test_promotes_as_with_plain_names(
        self, lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Names move no number: the evidence of the first decision is that of plain names."""
        on_paper(monkeypatch)
        assert (lived.first.verdict, lived.first.rows) == ("promote", 800)
        text = odd_params()
        settings = yaml.safe_load(text)
        back = {odd: plain for plain, odd in ODD.items()} | {odd: f"more{n}" for n, odd in enumerate(MORE)}
        folder = small_folder(tmp_path, params=yaml.safe_dump(_renamed(settings, back), sort_keys=False))
        for period in (JANUARY, FEBRUARY):
            sink = io.BytesIO()
            odd_frame(period).rename(columns=back).to_parquet(sink, index=False)
            put(folder, f"{period}.parquet", sink.getvalue())
        plain = retrain(folder)
        odd, told = decided(lived.folder, lived.first.entry), decided(folder, plain.entry)
        assert [(one.verdict, one.interval) for one in odd.clauses] == [
            (one.verdict, one.interval) for one in told.clauses
        ]
        assert odd.worth == told.worth

    def test_judges_the_next_month(self, lived: Lived) -> None:
        """The champion is asked again, and by the odd slice."""
        assert lived.second.holdout == (MARCH,)
        by_name = {one.name: one for one in decided(lived.folder, lived.second.entry).clauses}
        assert by_name["slices"].part.startswith("<b>&amp; ")
        assert by_name["there"].asks == "<b>&amp; red: each more than 0.1 of the rows"

    def test_reads_the_flat_column(self, lived: Lived) -> None:
        """`a.b` is the column of that name, and not what `a` holds: nothing of it is ever a text."""
        card = read_full_card(open_ledger(lived.folder)[1], int(lived.first.entry or 0)).card
        categories = {one.name: one.categories for one in card.features.features}
        assert categories == {
            "a.b": None, "Monthly Charges (EUR)": None, **dict.fromkeys(MORE),
            "<b>&amp;": ("blue", "green", "red"),
        }  # fmt: skip

    def test_is_made_again_with_the_same_bytes(self, lived: Lived) -> None:
        """Both decisions, from CSV and from Parquet."""
        ledger = open_ledger(lived.folder)[1]
        for outcome in (lived.first, lived.second):
            assert replay(ledger, int(outcome.entry or 0)).identical


def _renamed(value: object, names: dict[str, str]) -> object:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


class TestPages:
    """Say the names, and take none for markup."""

    def test_of_a_decision(self, lived: Lived) -> None:
        """Features, slices, the cluster and the label."""
        page = lived.page("show", lived.second.entry, "--report")
        safe(page)
        for name in ("a.b", "Monthly Charges (EUR)", "<b>&amp;", "[bold]x[/bold]", *MORE):
            assert name in page.text

    def test_of_drift(self, lived: Lived) -> None:
        """Every feature by period."""
        page = lived.page("drift", "--page")
        safe(page)
        titles = " ".join(page.all("title"))
        for name in ("a.b", "Monthly Charges (EUR)", "<b>&amp;", *MORE):
            assert name in page.text
            assert f"{name}, {MARCH}: effect" in titles

    def test_of_what_validation_found(self, lived: Lived) -> None:
        """Every column that is asked."""
        page = lived.page("docs", "--page")
        safe(page)
        assert [name for name in NAMES if name not in page.text] == []


class TestWords:
    """On a terminal and in documents."""

    @pytest.mark.parametrize(
        ("command", "name"),
        [
            (("show", 4, "--explain"), "<b>&amp; red: each more than 0.1"),
            (("drift",), "Monthly Charges (EUR)"),
            (("drift",), "<b>&amp;"),
            (("quarantine", "list"), "a.b: must lie between -10 and 10: 3 of 400 rows do not"),
            (("quarantine", "show", JANUARY), "[bold]x[/bold]=2024-01-01"),
        ],
    )
    def test_on_a_terminal(self, lived: Lived, command: tuple[object, ...], name: str) -> None:
        """Brackets are no colours."""
        said = lived.evergreen(*command)
        assert said.status == 0, said.err
        assert name in " ".join(said.out.split())

    def test_of_rows_in_quarantine(self, lived: Lived) -> None:
        """The file has the declared columns and two more; each row's rule names its column in quotes."""
        (one,) = (one for one in lived.evergreen("quarantine", "list", "--json").document["batches"][:1])
        rows = pq.read_table(lived.folder / "store" / one["key"])
        assert set(rows.column_names) == {*NAMES, "quarantine.row", RULES}
        assert rows["quarantine.row"].to_pylist() == [3, 30, 300]
        assert set(rows[RULES].to_pylist()) == {'"a.b" be_between'}
        shown = lived.evergreen("quarantine", "show", FEBRUARY, "--json").document["first"]
        assert [row["a.b"] for row in shown] == [99.0] * 3

    def test_of_a_card(self, lived: Lived) -> None:
        """Markdown shows the letters; the bill of materials tells the features apart."""
        full = read_full_card(open_ledger(lived.folder)[1], int(lived.first.entry or 0))
        text = card_markdown(full)
        assert r"\[bold\]" not in text
        assert r"Monthly Charges \(EUR\)" in text
        assert "&lt;b&gt;&amp;amp;" in text
        assert "<b>" not in text
        inputs = bom(full)["metadata"]["component"]["modelCard"]["modelParameters"]["inputs"]
        assert inputs[0]["format"].startswith('columns: "a.b", "Monthly Charges (EUR)", self')

    def test_of_drift_in_markdown(self, lived: Lived) -> None:
        """For a page that would take HTML for HTML."""
        assert lived.second.drift is not None
        told = lived.second.drift.model_copy(update={"lines": tuple(NAMES)})
        assert "<b>" not in told.markdown
        assert r"\[bold\]x\[/bold\]" in told.markdown

    def test_of_changed_rules(self) -> None:
        """What changed, by its place in params.yaml."""
        text = odd_params()
        before, after = (parse_params(one) for one in (text, re.sub(r"min: -10\b", "min: -11", text)))
        assert changes(rules_document(before), rules_document(after)) == [
            f"validate.columns.{name}.min: -10.0 -> -11.0" for name in ('"Monthly Charges (EUR)"', '"a.b"')
        ]


class TestScores:
    """The champion at work."""

    def test_of_a_file(self, lived: Lived, tmp_path: Path) -> None:
        """By the id's own name."""
        (tmp_path / "rows.parquet").write_bytes(as_parquet(MARCH))
        said = lived.evergreen("score", tmp_path / "rows.parquet", tmp_path / "scores.parquet")
        assert said.status == 0, said.err
        scores = pq.read_table(tmp_path / "scores.parquet")
        assert scores.column_names[0] == "comma,quote\"'"
        assert scores[0][0].as_py() == "2024-03-00000"

    def test_of_a_row(self, lived: Lived) -> None:
        """As JSON names it, and the same as in the file."""
        row = odd_frame(MARCH).iloc[5]
        names = ["a.b", "Monthly Charges (EUR)", "<b>&amp;", *MORE]
        values = {name: None if pd.isna(row[name]) else row[name] for name in names}
        said = lived.evergreen("score", "--row", json.dumps(values), "--json")
        assert said.document["missing_features"] == []
        del values["<b>&amp;"]
        assert lived.evergreen("score", "--row", json.dumps(values), "--json").document[
            "missing_features"
        ] == ["<b>&amp;"]


class TestProposal:
    """What `evergreen propose` writes of such a month."""

    def test_loads_as_it_is(self, lived: Lived, tmp_path: Path) -> None:
        """Each name is a key, and the months pass what is proposed."""
        (tmp_path / "2024-01.parquet").write_bytes(as_parquet(JANUARY))
        said = lived.evergreen("propose", tmp_path / "2024-01.parquet")
        section = yaml.safe_load(said.out)
        assert set(section["validate"]["columns"]) == NAMES
        params = yaml.safe_load(odd_params())
        assert parse_params(yaml.safe_dump({**params, **section}))


class TestErasure:
    """A person's rows, by a key in an odd column."""

    def test_finds_them(self, lived: Lived) -> None:
        """In Parquet and in what CSV became; nothing is written."""
        for key in ("2024-01-00007", "2024-02-00007"):
            said = lived.evergreen("erase", "--key", key, "--reason", "asked", "--dry-run", "--json")
            assert (said.status, said.document["rows"], said.document["unsearched"]) == (0, 1, [])
