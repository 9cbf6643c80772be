"""The command line: every subcommand has help, and says one JSON document."""

from pathlib import Path

import pytest
from commands import ROW, Said, evergreen
from factories import MONTHS, deliver, small_batch, small_folder
from ledgers import MODEL, enthroned, frozen

from tasks.__main__ import evergreen as group
from tasks.ledger import Ledger
from tasks.store import open_store

SUBCOMMANDS = sorted(group.commands)


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """Every subcommand once, in an order in which each has something to say: what `--json` said."""
    root = tmp_path_factory.mktemp("journey")
    folder, store = small_folder(root), open_store(str(root / "model" / "store"))
    for month in MONTHS[:2]:
        deliver(folder, month)
    (root / "rows.parquet").write_bytes(small_batch("2024-05", rows=20))
    named = ("--label", "label", "--time", "event_time", "--into", root / "begun")
    steps: dict[str, tuple[object, ...]] = {
        "init": ("init", root / "rows.parquet", *named),
        "intake": ("intake",),
        "fetch": ("fetch",),
        "validate": ("validate",),
        "version": ("version", "--manifest-only"),
        "prepare": ("prepare",),
        "train": ("train",),
        "evaluate": ("evaluate",),
        "measure": ("measure",),
        "decide": ("decide",),
        "promote": ("promote",),
        "plan": ("plan", "--gain", 0.01),
        "champion": ("champion",),
        "propose": ("propose", "--batches", 2, "--write"),
        "docs": ("docs", "--page", root / "pages" / "docs.html"),
        "drift": ("drift", "--page", root / "pages" / "drift.html"),
        "score": ("score", root / "rows.parquet", root / "scores.parquet"),
        "score --row": ("score", "--row", ROW),
        "show": ("show", 5, "--report", root / "report.html"),
        "checkout": ("checkout", 5, root / "back"),
        "replay": ("replay", 4, "--from", "evaluate"),
        "card": ("card", 5, "--save", root / "pages" / "card.md"),
        "card --bom": ("card", 5, "--bom"),
    }
    said = {name: evergreen(*step, "--folder", folder, "--json") for name, step in steps.items()}
    said["add"] = evergreen("add", root / "rows.parquet", "--folder", root / "begun", "--json")
    enthroned(root, Ledger(store, MODEL), "second")
    for name, step in {
        "rollback": ("rollback", "--reason", "a test"),
        "history": ("history", "--page", root / "pages" / "history.html"),
        "audit": ("audit",),
        "quarantine": ("quarantine", "list"),
        "status": ("status",),
        "reconcile": ("reconcile",),
        "gc": ("gc", "--dry-run"),
    }.items():
        said[name] = evergreen(*step, "--folder", folder, "--json")
    said["audit, in words"] = evergreen("audit", "--folder", folder)
    said["hold"] = evergreen("hold", "--reason", "a test", "--folder", folder, "--json")
    said["champion, held"] = evergreen("champion", "--folder", folder)
    said["release"] = evergreen("release", "--reason", "over", "--folder", folder, "--json")
    whose = ("--key", "2024-02-00007", "--reason", "a test")
    said["erase, in words"] = evergreen("erase", *whose, "--dry-run", "--folder", folder)
    said["erase"] = evergreen("erase", *whose, "--folder", folder, "--json")
    said["audit, erased"] = evergreen("audit", "--folder", folder)
    said["history, erased"] = evergreen("history", "--folder", folder)
    said |= _answered(root)
    said["run"] = evergreen("run", "--folder", small_folder(root, name="empty"), "--json")
    said["page"] = Said(0, (root / "pages" / "history.html").read_text(), "")
    said["drift page"] = Said(0, (root / "pages" / "drift.html").read_text(), "")
    said["card page"] = Said(0, (root / "pages" / "card.md").read_text(), "")
    said["report"] = Said(0, (root / "report.html").read_text(), "")
    said["scores"] = Said(int(not (root / "scores.parquet").exists()), "", "")
    return said


def _answered(root: Path) -> dict[str, Said]:
    """An approval and a rejection, in a folder in which decisions wait."""
    folder = small_folder(root, name="waiting")
    ledger = frozen(open_store(str(folder / "store")), approval="required")
    said = {}
    for number, way in ((4, "approve"), (9, "reject")):
        enthroned(root / "decided", ledger, way)
        said[way] = evergreen(way, number, "--reason", "a test", "--folder", folder, "--json")
    return said


class TestEverySubcommand:
    """What a script can rest on."""

    @pytest.mark.parametrize("name", SUBCOMMANDS)
    def test_has_help(self, name: str) -> None:
        """`--help` says in words what it does, and names `--json` and `--folder`."""
        said = evergreen(name, "--help")
        assert said.status == 0
        assert said.out.startswith(f"Usage: evergreen {name} ")
        assert "--json" in said.out
        assert "--folder" in said.out
        assert len(said.out.splitlines()[2].strip()) > 20

    @pytest.mark.parametrize("name", SUBCOMMANDS)
    def test_says_one_json_document(self, name: str, journey: dict[str, Said]) -> None:
        """With `--json`, stdout is one document and nothing else; the status is 0 where it was done.

        An erasure cannot tell what the second champion was made from, for it was forged, and says so by 1.
        """
        assert isinstance(journey[name].document, dict)
        assert journey[name].status == {"erase": 1}.get(name, 0), journey[name].err
        assert "NaN" not in journey[name].out

    @pytest.mark.parametrize("name", [one for one in SUBCOMMANDS if one != "init"])
    def test_says_its_errors_as_a_json_document(self, name: str, tmp_path: Path) -> None:
        """Where there is no model folder: one document with the error's kind and message, and status 2."""
        why = ["--reason", "x"]
        needs = {
            "score": ["a", "b"],
            "add": [str(tmp_path)],
            "quarantine": ["list"],
            "checkout": ["1", str(tmp_path / "back")],
            **{one: ["1"] for one in ("show", "replay", "card")},
            **{one: ["1", *why] for one in ("approve", "reject")},
        }.get(name, [])
        needs += ["--key", "1"] if name == "erase" else []
        needs += why if name in ("rollback", "hold", "release", "erase") else []
        said = evergreen(name, *needs, "--folder", tmp_path / "nowhere", "--json")
        assert said.status == 2
        assert said.document["error"]["kind"] == "BadInput"
        assert "not a model folder: expected a file params.yaml" in said.document["error"]["message"]

    def test_is_in_the_groups_help(self) -> None:
        """Each with a line of its own, and the exit statuses below."""
        out = evergreen("--help").out
        assert all(f"\n  {name} " in out for name in SUBCOMMANDS)
        assert "Exit status: 0 done; 1 the answer is no" in out


class TestJourney:
    """What the documents say, over one model's life."""

    def test_takes_in_validates_and_decides(self, journey: dict[str, Said]) -> None:
        """Two months arrive, are good, and make a challenger that meets the contract."""
        assert [one["period"] for one in journey["intake"].document["new"]] == ["2024-01", "2024-02"]
        assert [one["failures"] for one in journey["validate"].document["reports"]] == [[], []]
        assert journey["prepare"].document["rows_in"] == 800
        assert journey["decide"].document["verdict"] == "promote"

    def test_promotes_and_scores(self, journey: dict[str, Said]) -> None:
        """The promotion's entry is the champion's, whose probability is one."""
        number = journey["promote"].document["champion"]
        told = {"schema_version": 1, "promoted": True, "hold": None, "promotion_waits": None}
        assert journey["promote"].document == {**told, "champion": number}
        assert journey["champion"].document["number"] == number == 5
        assert 0.5 < journey["score --row"].document["probability"] < 1
        assert journey["score --row"].document["champion"] == number
        assert journey["score --row"].document["possible_labels"] in ("0", "1", "0 or 1")
        assert journey["score"].document["rows"] == 20
        assert journey["scores"].status == 0

    def test_tells_a_hold_beside_the_champion(self, journey: dict[str, Said]) -> None:
        """Who is champion, and that nobody takes its place for now."""
        first, *rest = journey["champion, held"].out.splitlines()
        assert first.startswith("champion ")
        assert " ".join(rest).endswith(": a test")
        assert "promotions are held since entry 11" in " ".join(rest)

    def test_shows_the_decision_behind_a_promotion(self, journey: dict[str, Said]) -> None:
        """The entry, the decision document, and the report, saved where it was asked for."""
        shown = journey["show"].document
        assert (shown["entry"]["body"]["kind"], shown["decision"]["verdict"]) == ("promotion", "promote")
        assert "<html" in journey["report"].out

    def test_brings_back_and_makes_again(self, journey: dict[str, Said]) -> None:
        """What a decision was made from, its bytes once more, and the model's card in both forms."""
        back, again = journey["checkout"].document, journey["replay"].document
        assert (back["decision"], back["withheld"]) == (4, [])
        assert (again["identical"], again["retrained"], again["changed"]) == (True, False, [])
        assert journey["card"].document["candidate"] == journey["champion"].document["candidate"]
        assert journey["card page"].out.startswith("# Model card: small ")
        assert journey["card --bom"].document["bomFormat"] == "CycloneDX"

    def test_drift_tells_three_things_and_saves_a_page(self, journey: dict[str, Said]) -> None:
        """The second month against the first, each column weighed by the champion's use of it."""
        told = journey["drift"].document
        assert (told["trained_on"], told["newest"]) == (["2024-01"], "2024-02")
        assert sum(one["weight"] for one in told["covariate_shift"]["columns"]) == pytest.approx(1)
        assert told["label_shift"]["shifted"] is False
        assert told["concept_drift"]["promoted_on"] == ["2024-02"]
        assert journey["drift page"].out.count('class="s') >= 3

    def test_history_saves_a_page_of_the_gates(self, journey: dict[str, Said]) -> None:
        """Self-contained, of the one decision that is in the ledger by then and of the one put in by hand."""
        page = journey["page"].out
        assert "In 2 decisions, Evergreen changed" in page
        assert page.count('class="estimate"') == 1
        assert "no evidence.json was registered" in page

    def test_tells_the_ledger(self, journey: dict[str, Said]) -> None:
        """Entry by entry, with the champion after each."""
        told = [(one["number"], one["body"]["kind"], one["champion_after"]) for one in
                journey["history"].document["entries"]]  # fmt: skip
        assert told[:5] == [(1, "contract", None), (2, "look", None), (3, "registered", None),
                            (4, "decision", None), (5, "promotion", 5)]  # fmt: skip
        assert told[-2:] == [(9, "promotion", 9), (10, "rollback", 10)]
        assert journey["rollback"].document["champion"]["number"] == 10

    def test_erases_and_tells_what_rests_on_it(self, journey: dict[str, Said]) -> None:
        """In a dry run first; then the audit and the history tell of it, and neither of whom."""
        assert "1 row of 2024-02 would be erased\nmade from them: decisions 4; champions of entries 5" in (
            journey["erase, in words"].out
        )
        assert (journey["erase"].document["rows"], journey["erase"].document["decisions"]) == (1, [4])
        assert "1 erasure of rows" in journey["audit, erased"].out
        assert "1 row of 2024-02: a test" in " ".join(journey["history, erased"].out.split())
        assert "2024-02-00007" not in journey["erase"].out + journey["history, erased"].out

    def test_audits_and_tells_the_state(self, journey: dict[str, Said]) -> None:
        """Ten entries hold, and the status says who is champion."""
        assert (journey["audit"].document["wrong"], journey["audit"].document["entries"]) == (None, 10)
        assert journey["audit, in words"].out.startswith("the ledger holds: 10 entries in one chain")
        status = journey["status"].document
        assert (status["champion"]["number"], status["rehearsal"]) == (10, True)
        # Steps by hand judge for themselves: only a run accepts batches for everybody.
        assert [key[-15:] for key in status["waiting"]] == ["2024-01.parquet", "2024-02.parquet"]
        assert journey["run"].document["verdict"] == "nothing new"
