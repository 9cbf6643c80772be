"""A cycle that fails in the middle: nothing is lost, and the next one finishes what it left."""

import dataclasses

import pytest
from factories import deliver
from model_folders import entries, no_workspace_left, statuses

import tasks.promote
from tasks.errors import BadInput, Conflict, StoreUnavailable
from tasks.run import retrain
from tasks.steps import Steps

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"

pytestmark = pytest.mark.usefixtures("paper")


class TestAFailingStep:
    """Whatever fails, nothing acknowledged is lost, no workspace stays, and the next run finishes the job."""

    @pytest.mark.parametrize("name", ["validate", "version", "train", "evaluate", "decide", "promote"])
    def test_each_step(self, folder, name):
        """The error comes out as it was raised; run again, the cycle ends as if nothing had been."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)

        def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable(f"no {name} today")

        with pytest.raises(StoreUnavailable, match=f"no {name} today"):
            retrain(folder, dataclasses.replace(Steps(), **{name: fail}))
        assert no_workspace_left(folder)
        assert [status[:2] for status in statuses(folder)] == [(JANUARY, 1), (FEBRUARY, 1)]
        outcome = retrain(folder)
        assert outcome.verdict == "promote"
        assert entries(folder).count("look") == 1
        assert entries(folder).count("promotion") == 1

    def test_an_interrupt(self, folder):
        """Ctrl-C in the middle of training leaves no workspace either."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)

        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            retrain(folder, dataclasses.replace(Steps(), train=interrupt))
        assert no_workspace_left(folder)

    def test_opening_a_workspace_fails(self, folder, monkeypatch):
        """A workspace that could not be set up is removed again."""
        deliver(folder, JANUARY)
        monkeypatch.setattr(
            "tasks.run.workspaces.configure", lambda *_, **__: (_ for _ in ()).throw(OSError("full"))
        )
        with pytest.raises(OSError, match="full"):
            retrain(folder)
        assert no_workspace_left(folder)

    def test_between_decision_and_promotion(self, folder, monkeypatch):
        """A run that dies after its decision is finished by the next one, with nothing new to do."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        finish = tasks.promote.finish
        monkeypatch.setattr(tasks.promote, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            retrain(folder)
        assert entries(folder)[-1] == "decision"
        monkeypatch.setattr(tasks.promote, "finish", finish)
        outcome = retrain(folder)
        assert outcome.finished == "promotion of decision 4, left by an interrupted run"
        assert (outcome.verdict, outcome.champion) == ("nothing new", 5)

    def test_before_the_folder_has_the_decision_s_files(self, folder, monkeypatch):
        """A run that ends between ledger and folder: the next one, with nothing new, puts them there."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        with monkeypatch.context() as patch:
            patch.setattr("tasks.run.cycle.publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            patch.setattr("tasks.run.cycle.discard", lambda _: None)
            with pytest.raises(KeyboardInterrupt):
                retrain(folder)
        assert not (folder / "dvc.lock").exists()
        outcome = retrain(folder)
        assert outcome.verdict == "nothing new"
        assert (folder / "dvc.lock").exists()
        assert (folder / "data" / "report.html").exists()
        assert no_workspace_left(folder)

    def test_a_promotion_that_cannot_be_finished(self, folder, monkeypatch, caplog):
        """Damaged artifacts of a pending promotion are told, and the next month is judged all the same."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        with monkeypatch.context() as patch:
            patch.setattr("tasks.promote.finish", lambda *_: (_ for _ in ()).throw(StoreUnavailable("away")))
            with pytest.raises(StoreUnavailable):
                retrain(folder)
        for artifact in (folder / "store" / "artifacts" / "small").iterdir():
            artifact.write_bytes(b"damaged")
        assert retrain(folder).verdict == "nothing new"
        assert "cannot be finished" in caplog.text
        assert "Bring that object back" in caplog.text
        deliver(folder, MARCH)
        assert retrain(folder).verdict == "promote"

    def test_a_folder_that_is_none(self, tmp_path):
        """Where there is no model folder the message says which file was expected."""
        with pytest.raises(BadInput, match="not a model folder"):
            retrain(tmp_path)


class TestSomebodyElseWasFaster:
    """The folder's files are replaced only if they are as this run found them."""

    def test_a_conflict_is_said_and_nothing_is_lost(self, folder):
        """A dvc.lock that changed during the run stays; the decision is in the ledger all the same."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        steps = Steps()

        def meddling(*arguments: object) -> object:
            (folder / "dvc.lock").write_text("of another run")
            return steps.decide(*arguments)

        with pytest.raises(Conflict, match="was replaced by another run meanwhile"):
            retrain(folder, dataclasses.replace(steps, decide=meddling))
        assert (folder / "dvc.lock").read_text() == "of another run"
        assert entries(folder)[-1] == "promotion"
        assert no_workspace_left(folder)
        assert retrain(folder).verdict == "nothing new"
