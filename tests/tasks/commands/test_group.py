"""What all subcommands share: one way to print, whatever the text."""

import pytest
from commands import evergreen

from tasks.commands.group import _print


class TestPrint:
    """What people and data say is shown as it is."""

    @pytest.mark.parametrize(
        "text", ["see [/tmp/x]", "[/bad]", "[type=json_invalid, input]", "[red]x[/red] :smile:"]
    )
    def test_brackets_are_no_markup(self, capsys, text):
        """A reason or a value in brackets is neither taken for an instruction nor dropped."""
        _print({}, text, as_json=False)
        assert capsys.readouterr().out == f"{text}\n"


class TestUnforeseen:
    """What nobody thought of ends in one line, as everything does."""

    def test_is_one_line_that_names_the_place(self, monkeypatch, tmp_path):
        """The kind, the place in our code, and what to do; as a document where JSON is asked for."""
        monkeypatch.setattr("tasks.workspace.open_folder", lambda _: {}["no such key"])
        said = evergreen("prepare", "-C", tmp_path)
        assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
        assert "a defect of Evergreen: KeyError in tasks/commands/steps.py, line " in said.err
        told = evergreen("prepare", "-C", tmp_path, "--json").document["error"]
        assert told["kind"] == "Defect"
        assert "please report it" in told["message"]

    def test_end_of_a_rollback_is_not_to_be_repeated_blindly(self, monkeypatch, tmp_path):
        """Its entry may be in, and a second one would put the bad champion back; other commands go on."""

        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("tasks.promote.open_ledger", interrupted)
        said = evergreen("rollback", "--reason", "bad", "-C", tmp_path)
        assert (said.status, said.out) == (3, "")
        assert "look at `evergreen history` before you repeat it" in said.err
        assert "the same command again" not in said.err
        monkeypatch.setattr("tasks.opening.open_ledger", interrupted)
        assert "the same command again goes on" in evergreen("status", "-C", tmp_path).err

    def test_of_a_name_that_is_too_long_is_bad_input(self, tmp_path):
        """No disk has room for it, so trying again is no use; nor is all of it in the message."""
        said = evergreen("status", "-C", tmp_path / ("f" * 3000))
        assert (said.status, said.out) == (2, "")
        assert len(said.err) < 300
