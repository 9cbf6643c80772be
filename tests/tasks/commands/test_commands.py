"""The command line: one JSON document, the documented exit statuses, no secret, and no weight before work."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import Said, evergreen
from factories import MONTHS, PARAMS, deliver, small_batch, small_folder
from ledgers import MODEL, enthroned, frozen

from tasks.__main__ import evergreen as group
from tasks.ledger import Ledger
from tasks.run.outcome import Outcome, Verdict
from tasks.store import open_store

SUBCOMMANDS = sorted(group.commands)
HEAVY = ("pandas", "numpy", "xgboost", "great_expectations", "prefect", "boto3", "pyarrow", "scipy", "dvc")
ROW = '{"x": 1.5, "z": null, "colour": "red"}'


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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder in which nothing has happened."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    return small_folder(tmp_path)


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


class TestExitStatus:
    """0 done, 1 no, 2 bad usage or input, 3 not now."""

    @pytest.mark.parametrize(
        "arguments",
        [["champion"], ["rollback", "--reason", "x"], ["score", "--row", ROW]],
        ids=lambda a: a[0],
    )
    def test_is_1_where_the_answer_is_no(self, folder: Path, arguments: list[str]) -> None:
        """No champion: no."""
        said = evergreen(*arguments, "-C", folder)
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith("evergreen: ")
        assert "nothing has been promoted" in said.err

    def test_is_1_for_a_blocked_batch(self, folder: Path) -> None:
        """With the document that says why on stdout."""
        deliver(folder, "2024-01", b"no Parquet")
        evergreen("intake", "-C", folder)
        evergreen("fetch", "-C", folder)
        said = evergreen("validate", "-C", folder, "--json")
        assert said.status == 1
        assert said.document["reports"][0]["failures"][0]["rule"] == "readable"

    @pytest.mark.parametrize("blocked", [(), ("2024-01 of 400 rows: x",)], ids=["good", "blocked"])
    @pytest.mark.parametrize("verdict", ["waiting", "undecided", "promote", "exhausted"])
    def test_is_1_for_a_run_that_blocked_something(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, blocked: tuple[str, ...]
    ) -> None:
        """Whatever the run came to with the batches that were good; 0 where all were."""
        outcome = Outcome(model=MODEL, verdict=verdict, headline="said", blocked=blocked)
        monkeypatch.setattr("tasks.run.retrain", lambda *_, **__: outcome)
        said = evergreen("run", "-C", folder, "--json")
        assert (said.status, said.document["verdict"]) == (len(blocked), verdict)

    def test_is_1_for_a_ledger_that_does_not_hold(self, folder: Path) -> None:
        """An audit that finds something says what, as a document and in words."""
        evergreen("fetch", "-C", folder)
        entry = folder / "store" / "ledger" / MODEL / f"{1:020d}.json"
        entry.write_bytes(entry.read_bytes().replace(b'"actor"', b'"author"'))
        assert evergreen("audit", "-C", folder, "--json").document["wrong"].startswith(f"ledger/{MODEL}/")
        said = evergreen("audit", "-C", folder)
        assert (said.status, said.out[:7]) == (1, "WRONG: ")
        assert evergreen("history", "-C", folder).status == 1

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["show", "1"], "expected an entry from 1 to 0, found 1"),
            (["score", "a.parquet"], "expected TARGET"),
            (["score", "none.parquet", "b.parquet"], "none.parquet: expected a readable Parquet file"),
            (["score", "--row", "{"], "expected a JSON object of features"),
            (["score", "--row", "[1]"], "expected a JSON object of features, found list"),
            (["score", "--row", "[" * 100_000], "expected a JSON object of features"),
            (["score", "--row", '{"x": ' + "9" * 5000 + "}"], "expected a JSON object of features"),
            (["validate"], "no batches. Bring them with `evergreen fetch`"),
            (["prepare"], "dataset.json: version has not run here yet"),
            (["train"], "prepared.json: prepare has not run here yet"),
            (["evaluate"], "champion.json: expected the pinned champion; run `evergreen fetch`"),
            (["measure"], "model.json: train has not run here yet"),
            (["decide"], "champion.json: expected the pinned champion"),
            (["promote"], "there is no decision to act on"),
        ],
        ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
    )
    def test_is_2_for_bad_input(self, folder: Path, arguments: list[str], message: str) -> None:
        """In words on stderr, and as a document on stdout where JSON is asked for."""
        said = evergreen(*arguments, "-C", folder)
        assert (said.status, said.out) == (2, "")
        assert message in said.err
        told = evergreen(*arguments, "-C", folder, "--json")
        assert told.status == 2
        assert message in told.document["error"]["message"]

    @pytest.mark.parametrize(
        "arguments",
        [["show"], ["show", "five"], ["rollback"], ["nonsense"], ["status", "--nonsense"], ["score"], ["-x"],
         ["hold"], ["release"], ["approve", "4"], ["reject", "--reason", "x"],
         ["approve", "x", "--reason", "y"],
         ["history", "more"]],
        ids=" ".join,
    )  # fmt: skip
    def test_is_2_for_bad_usage(self, arguments: list[str]) -> None:
        """Also then, JSON is answered with JSON."""
        said = evergreen(*arguments)
        assert (said.status, said.out) == (2, "")
        assert "Usage: evergreen" in said.err
        told = evergreen(*arguments, "--json")
        assert told.status == 2
        assert told.document["error"]["message"]

    def test_is_2_for_bad_params(self, folder: Path) -> None:
        """Each wrong setting in the message."""
        (folder / "params.yaml").write_text(PARAMS.replace("seed: 7", "seed: seven"))
        said = evergreen("status", "-C", folder, "--json")
        assert said.status == 2
        assert (
            "train.seed: Input should be a valid integer, found 'seven'" in said.document["error"]["message"]
        )

    def test_is_2_where_it_may_not_write(self, folder: Path, tmp_path: Path) -> None:
        """A place that is no folder is a wrong argument, and no trace of a program."""
        (tmp_path / "file").write_text("")
        enthroned(tmp_path, self.contract(folder), "a")
        said = evergreen("show", 5, "--report", tmp_path / "file" / "report.html", "-C", folder, "--json")
        assert said.status == 2
        assert str(tmp_path / "file") in said.document["error"]["message"]

    @staticmethod
    def contract(folder: Path) -> Ledger:
        """The folder's ledger with its contract frozen."""
        evergreen("fetch", "-C", folder)
        return Ledger(open_store(str(folder / "store")), MODEL)

    def test_is_3_where_the_store_cannot_be_used(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same command may succeed later."""
        monkeypatch.setenv("EVERGREEN_STORE", str(folder / "params.yaml" / "below"))
        said = evergreen("fetch", "-C", folder, "--json")
        assert said.status == 3
        assert said.document["error"]["kind"] == "StoreUnavailable"

    @pytest.mark.real
    def test_is_3_where_nobody_answers(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An object store that is not running, and no secret in what is said about it."""
        for name, value in {
            "EVERGREEN_STORE": "s3://bucket",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
            "AWS_ACCESS_KEY_ID": "hunter1",
            "AWS_SECRET_ACCESS_KEY": "hunter2",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        said = evergreen("status", "-C", folder, "--json")
        assert said.status == 3
        assert "did not answer" in said.document["error"]["message"]
        assert "hunter" not in said.out + said.err


class TestSecrets:
    """A password in the store's address is refused, and repeated nowhere."""

    @pytest.mark.parametrize(
        "url", ["s3://key:hunter2@bucket", "https://key:hunter2@host/x", "ftp://hunter2"]
    )
    @pytest.mark.parametrize("name", ["status", "run", "fetch", "audit", "version", "intake"])
    def test_are_not_said_and_not_written(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, name: str
    ) -> None:
        """Neither on stdout nor on stderr, nor in any file of the model folder."""
        monkeypatch.setenv("EVERGREEN_STORE", url)
        said = evergreen(name, "-C", folder, "--json")
        assert said.status == 2
        assert "A store is `s3://BUCKET[/PREFIX]`" in said.document["error"]["message"]
        assert "hunter2" not in said.out + said.err
        written = [path for path in folder.rglob("*") if path.is_file()]
        assert not [path for path in written if b"hunter2" in path.read_bytes()]

    def test_of_params_are_not_said(self, folder: Path) -> None:
        """Also where the address stands in params.yaml."""
        (folder / "params.yaml").write_text(PARAMS.replace("url: store", "url: s3://key:hunter2@bucket"))
        said = evergreen("status", "-C", folder)
        assert said.status == 2
        assert "hunter2" not in said.out + said.err


def imported(*arguments: object) -> tuple[dict[str, Any], set[str]]:
    """`evergreen` in a process of its own: what it said as JSON, if it did, and what heavy it imported."""
    script = (
        "import sys\nfrom tasks.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    document = json.loads(done.stdout) if "--json" in arguments else {}
    return document, set(done.stderr.split()) & set(HEAVY)


class TestWeight:
    """Heavy packages are imported inside the step that needs them."""

    def test_of_help_is_none(self) -> None:
        """`evergreen --help` imports none of them."""
        assert imported("--help") == ({}, set())

    @pytest.mark.parametrize("arguments", [("run",), ("status",), ("intake",), ("history",)], ids=" ".join)
    def test_of_nothing_new_is_none(self, folder: Path, arguments: tuple[str, ...]) -> None:
        """With nothing to do, a run needs the listing and the ledger, and neither DVC, frames nor trees."""
        document, heavy = imported(*arguments, "-C", folder, "--json")
        assert document["schema_version"] == 1
        assert heavy == set()
