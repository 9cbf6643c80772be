"""hold and release: nothing is promoted during an incident, and nothing is lost by it."""

from pathlib import Path

import pytest
from commands import evergreen
from factories import small_folder
from ledgers import MODEL, Meddled, decided_workspace, enthroned, frozen, sha

from tasks.errors import BadInput, Refused
from tasks.hold import hold, release
from tasks.ledger import Held, Ledger
from tasks.ledger.audit import audit
from tasks.promote import finish, promote, rollback
from tasks.store import Store, open_store
from tasks.workspace import Workspace

INPUTS = sha("inputs")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a contract and no champion, in a directory."""
    return frozen(open_store(str(tmp_path / "store")))


def champion_of(ledger: Ledger) -> str | None:
    """The champion that a reader sees who knows nothing yet."""
    champion = Ledger(ledger.store, MODEL).state().champion
    return champion and champion.candidate


class TestHold:
    """While promotions are held."""

    def test_a_decision_is_in_and_its_promotion_is_not(self, store: Store, tmp_path: Path) -> None:
        """Recorded with its artifacts, so that nothing has to be decided again."""
        ledger = frozen(store)
        enthroned(tmp_path, ledger, "old")
        assert hold(ledger, reason="incident 42").entry == 6
        done = promote(decided_workspace(tmp_path, ledger, "new"), ledger, INPUTS)
        assert (done.promoted, done.entry) == (False, 9)
        assert champion_of(ledger) == sha("old")
        assert done.state.waits_for == "release"
        assert audit(ledger).wrong is None

    @pytest.mark.parametrize("side", ["before", "after"])
    def test_that_comes_between_decision_and_promotion_wins(
        self, store: Store, tmp_path: Path, side: str
    ) -> None:
        """Also in the last instant: the promotion asks again at each number, and finds the hold."""
        ledger, other, done = frozen(store), Ledger(store, MODEL), list[str]()
        workspace = decided_workspace(tmp_path, ledger, "a")
        said = {"before": b'"promotion"', "after": b'"decision"'}[side]

        def held(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"kind": ' + said in data and not done:
                done.append(hold(other, reason="incident").promotion_waits or "nothing")

        meddled = Meddled(store, before=held) if side == "before" else Meddled(store, after=held)
        outcome = promote(workspace, Ledger(meddled, MODEL), INPUTS)
        assert done == ["decision 4 to promote waits for `evergreen release`: entry 5 holds promotions"]
        assert (outcome.promoted, outcome.state.waits_for) == (False, "release")
        assert champion_of(ledger) is None

    def test_is_found_before_anything_is_fetched(self, ledger: Ledger, tmp_path: Path) -> None:
        """Finishing a promotion that may not be made costs no artifact and writes no entry."""
        hold(ledger, reason="incident")
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, INPUTS)
        pending, meddled = ledger.state().pending, Meddled(ledger.store)
        assert pending is not None
        assert finish(Ledger(meddled, MODEL), pending).champion is None
        assert not [call for call in meddled.calls if call[0] == "create" or call[1].startswith("artifacts/")]

    def test_leaves_rollback_possible(self, ledger: Ledger, tmp_path: Path) -> None:
        """An incident is when one is needed; the hold stays in force after it."""
        for name in ("a", "b"):
            enthroned(tmp_path, ledger, name)
        hold(ledger, reason="incident")
        rollback(ledger, reason="back")
        assert champion_of(ledger) == sha("a")
        assert ledger.state().hold is not None

    def test_that_is_in_force_is_not_set_twice(self, ledger: Ledger) -> None:
        """The second one is told whose it is, and writes nothing."""
        hold(ledger, reason="first")
        with pytest.raises(Refused, match=r"held since entry 2 \(.* UTC, by .*\): first; that hold stays"):
            hold(ledger, reason="second")
        assert ledger.state().number == 2

    @pytest.mark.parametrize("step", [hold, release])
    @pytest.mark.parametrize("reason", ["", "x" * 100_000, "\x1b[2J"], ids=["empty", "100 kB", "escape"])
    def test_needs_a_reason(self, ledger: Ledger, step: object, reason: str) -> None:
        """So does its end; nothing is written without one."""
        with pytest.raises(BadInput, match="reason: expected"):
            step(ledger, reason=reason)  # type: ignore[operator]
        assert ledger.state().number == 1


class TestRelease:
    """The end of a hold."""

    def test_without_a_hold_is_refused(self, ledger: Ledger) -> None:
        """There is nothing to release."""
        with pytest.raises(Refused, match="not held"):
            release(ledger, reason="over")

    def test_promotes_nothing_by_itself_and_tells_what_waits(self, ledger: Ledger, tmp_path: Path) -> None:
        """The same decision, called again, is promoted then."""
        hold(ledger, reason="incident")
        workspace = decided_workspace(tmp_path, ledger, "a")
        promote(workspace, ledger, INPUTS)
        done = release(ledger, reason="over")
        assert (done.hold, champion_of(ledger)) == (None, None)
        assert str(done.promotion_waits).startswith("decision 5 to promote is not in office: the next")
        assert promote(workspace, ledger, INPUTS).promoted
        assert champion_of(ledger) == sha("a")
        assert audit(ledger).wrong is None

    def test_does_not_end_a_hold_that_came_meanwhile(self, ledger: Ledger) -> None:
        """Who released the first hold did not know of the second."""
        hold(ledger, reason="first")
        other, done = Ledger(ledger.store, MODEL), list[int]()

        def overtaken(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"release"' in data and not done:
                done.append(release(other, reason="over").entry)
                done.append(hold(other, reason="second").entry)

        with pytest.raises(Refused, match=r"another hold came meanwhile, and was not released: .*: second"):
            release(Ledger(Meddled(ledger.store, before=overtaken), MODEL), reason="over")
        assert ledger.state().hold is not None
        assert done == [3, 4]

    def test_leaves_stale_what_became_stale(self, ledger: Ledger, tmp_path: Path) -> None:
        """A decision over another champion than today's is not promoted after the hold either."""
        for name in ("a", "b"):
            enthroned(tmp_path, ledger, name)
        hold(ledger, reason="incident")
        promote(decided_workspace(tmp_path, ledger, "c"), ledger, INPUTS)
        rollback(ledger, reason="back")
        assert release(ledger, reason="over").promotion_waits is None
        with pytest.raises(Refused, match="stale"):
            promote(Workspace(tmp_path / "c"), ledger, INPUTS)
        assert champion_of(ledger) == sha("a")


class TestTold:
    """Whoever looks is told, loudly."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A model folder whose promotions are held, with decision 5 that waits."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        folder = small_folder(tmp_path)
        ledger = frozen(open_store(str(folder / "store")))
        said = evergreen("hold", "--reason", "incident [42]", "-C", folder)
        assert (said.status, said.out) == (0, "entry 2: promotions are held\n")
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, INPUTS)
        return folder

    @pytest.mark.parametrize("name", ["status", "history", "run", "show"])
    def test_by_every_command_that_tells_the_state(self, folder: Path, name: str) -> None:
        """Why promotions are held, and which decision waits."""
        arguments = ["5"] if name == "show" else []
        told = " ".join(evergreen(name, *arguments, "-C", folder).out.split())
        assert "promotions are held since entry 2" in told
        assert "incident [42]" in told
        assert "decision 5 to promote waits for `evergreen release`" in told

    @pytest.mark.parametrize("name", ["status", "history", "run"])
    def test_to_scripts(self, folder: Path, name: str) -> None:
        """The hold as a document, what waits as a sentence."""
        told = evergreen(name, "-C", folder, "--json").document
        assert (told["hold"]["number"], told["hold"]["reason"]) == (2, "incident [42]")
        assert told["promotion_waits"].startswith("decision 5 to promote waits")

    def test_until_it_is_over(self, folder: Path) -> None:
        """After the release only what waits is told."""
        said = evergreen("release", "--reason", "over", "-C", folder)
        assert said.out.startswith("entry 6: promotions are released\ndecision 5 to promote is not in office")
        told = evergreen("status", "-C", folder, "--json").document
        assert told["hold"] is None
        assert evergreen("hold", "--reason", " ", "-C", folder).status == 2
        assert evergreen("release", "--reason", "again", "-C", folder).status == 1

    def test_in_the_story(self, folder: Path) -> None:
        """The entries of a hold and its end, with their reasons."""
        evergreen("release", "--reason", "over", "-C", folder)
        bodies = [one["body"] for one in evergreen("history", "-C", folder, "--json").document["entries"]]
        assert [one["kind"] for one in bodies] == [
            "contract",
            "hold",
            "look",
            "registered",
            "decision",
            "release",
        ]
        assert Held.model_validate(bodies[1]).reason == "incident [42]"
        assert "of hold 2: over" in evergreen("history", "-C", folder).out
