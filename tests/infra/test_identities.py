"""Three identities on a real SeaweedFS, each with what its policy allows: what works, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Said, evergreen
from embedded import Seaweed
from factories import small_batch, small_folder
from ledgers import MODEL
from policies import seaweed_actions

from tasks.store import open_store

pytestmark = pytest.mark.long
ROLES = ("worker", "scorer", "reader")
HEAD_BUCKET = "Read:evergreen"
"""What SeaweedFS wants for HeadBucket, and AWS does not: all of it to read, which a worker may anyway."""
WRITES = (
    ("hold", "--reason", "x"),
    ("rollback", "--reason", "x"),
    ("run", "--drill"),
    ("erase", "--key", "2024-01-00009", "--reason", "x"),
)
ROW = '{"x": 1.5, "z": null, "colour": "red"}'


class Stack:
    """A model folder in a bucket of its own, and `evergreen` as one of the three."""

    def __init__(self, seaweed: Seaweed, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._seaweed, self.folder, self._patch = seaweed, folder, patch

    def become(self, role: str | None) -> None:
        """Have this identity's credentials from here on; None is the administrator."""
        env = self._seaweed.env if role is None else self._seaweed.env_of(role)
        for name, value in {**env, "EVERGREEN_STORE": "s3://evergreen"}.items():
            self._patch.setenv(name, value)

    def says(self, role: str, *arguments: object) -> Said:
        """What `evergreen` says to this identity."""
        self.become(role)
        return evergreen(*arguments, "--folder", self.folder)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two months delivered by a producer, and one run by the worker."""
    root = tmp_path_factory.mktemp("identities")
    identities = {role: seaweed_actions(role) for role in ROLES}
    identities["worker"].append(HEAD_BUCKET)
    with (
        Seaweed(root, identities=identities) as seaweed,
        pytest.MonkeyPatch.context() as patch,
    ):
        seaweed.make_bucket("evergreen")
        made = Stack(seaweed, small_folder(root), patch)
        made.become(None)
        store = open_store("s3://evergreen")
        for month in ("2024-01", "2024-02"):
            store.put(f"incoming/{MODEL}/{month}.parquet", small_batch(month))
        made.ran = made.says("worker", "run")  # type: ignore[attr-defined]
        yield made


class TestWorker:
    """Runs cycles."""

    def test_runs_a_whole_cycle(self, stack: Stack) -> None:
        """From what has arrived to a champion, with DVC's remote."""
        ran: Said = stack.ran  # type: ignore[attr-defined]
        assert ran.status == 0, ran.err
        assert stack.says("reader", "champion").status == 0

    def test_erases(self, stack: Stack) -> None:
        """And sweeps what is left of it."""
        said = stack.says("worker", "erase", "--key", "2024-01-00003", "--reason", "asked for")
        assert said.status == 0, said.err
        assert "1 row of 2024-01 now erased" in said.out
        assert "champions of entries 5, one of them in office" in said.out

    def test_runs_on_after_an_erasure(self, stack: Stack) -> None:
        """The next month makes a decision from what is left, which replays; the one before says why not."""
        stack.become(None)
        open_store("s3://evergreen").put(f"incoming/{MODEL}/2024-03.parquet", small_batch("2024-03"))
        ran = stack.says("worker", "run", "--json")
        assert ran.status == 0, ran.err
        assert ran.document["entry"]
        assert stack.says("worker", "replay", ran.document["entry"]).status == 0
        said = stack.says("worker", "replay", 4)
        assert said.status == 1
        assert "decision 4 was made from rows of 2024-01 that were erased on purpose" in said.err
        assert stack.says("worker", "drift").status == 0


class TestScorer:
    """Answers with the champion."""

    def test_scores(self, stack: Stack) -> None:
        """It reads the champion's entry and bytes."""
        said = stack.says("scorer", "score", "--row", ROW)
        assert said.status == 0, said.err

    @pytest.mark.parametrize("role", ["scorer", "reader"])
    @pytest.mark.parametrize("way", WRITES)
    def test_changes_nothing(self, stack: Stack, role: str, way: tuple[str, ...]) -> None:
        """Nor does the reader: one clear line, and the ledger is as long as before."""
        before = stack.says("worker", "history", "--json").out
        said = stack.says(role, *way)
        assert said.status != 0
        assert said.err.startswith("evergreen: ")
        assert stack.says("worker", "history", "--json").out == before


class TestReader:
    """Looks at what was decided."""

    @pytest.mark.parametrize("way", [("history",), ("audit",), ("status",), ("show", 5)])
    def test_reads(self, stack: Stack, way: tuple[object, ...]) -> None:
        """The ledger, its artifacts and the catalogue."""
        said = stack.says("reader", *way)
        assert said.status == 0, said.err

    @pytest.mark.parametrize("role", ["scorer", "reader"])
    def test_sees_no_row(self, stack: Stack, role: str) -> None:
        """Neither of them may read what producers delivered."""
        stack.become(role)
        with pytest.raises(Exception, match=r"not allowed|refus|denied|may not"):
            open_store("s3://evergreen").get(f"incoming/{MODEL}/2024-02.parquet")
