"""What validation found is published in the store, by a run that blocks a batch and by `evergreen docs`."""

import json

from commands import evergreen
from data_factories import on_paper
from factories import deliver, parquet, small_batch, small_folder, small_frame

from tasks.run import retrain
from tasks.store import open_store

KEY = "validation/small/docs/index.html"


class TestPublished:
    """Where people look for it."""

    def test_by_a_run_that_blocks(self, tmp_path, monkeypatch):
        """The outcome names the page, and the page names the rule; a run that blocks nothing has none."""
        on_paper(monkeypatch)
        folder = small_folder(tmp_path)
        store = open_store(str(folder / "store"))
        deliver(folder, "2024-01")
        assert retrain(folder).docs is None
        assert store.get(KEY) is None
        deliver(folder, "2024-02", parquet(small_frame("2024-02").assign(x=9999.0)))
        outcome = retrain(folder)
        found = store.get(KEY)
        assert found is not None
        assert (outcome.verdict, outcome.docs) == ("blocked", f"{store.url}/{KEY}")
        assert "x: must lie between -10 and 10: 400 of 400 rows do not" in found[0].decode()

    def test_by_hand(self, tmp_path):
        """The same page, saved where it is asked for as well."""
        folder = small_folder(tmp_path)
        deliver(folder, "2024-01", small_batch())
        assert evergreen("intake", "-C", folder).status == 0
        said = evergreen("docs", "-C", folder, "--page", tmp_path / "docs.html", "--json")
        told = json.loads(said.out)
        assert (told["batches"], told["blocked"], said.status) == (1, 0, 0)
        found = open_store(str(folder / "store")).get(KEY)
        assert found is not None
        assert found[0] == (tmp_path / "docs.html").read_bytes()
        assert b"not checked under these rules" in found[0]

    def test_nothing_taken_in(self, tmp_path):
        """One line says what to do."""
        said = evergreen("docs", "-C", small_folder(tmp_path))
        assert said.status == 2
        assert said.err.endswith("no batch has been taken in: run `evergreen intake`\n")
