"""How commands end: the documented exit statuses, one clear message, and no secret in it."""

from pathlib import Path

import pytest
from commands import ROW, evergreen
from factories import PARAMS, deliver
from ledgers import MODEL, enthroned

from tasks.ledger import Ledger
from tasks.run.outcome import Outcome, Verdict
from tasks.store import open_store


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
