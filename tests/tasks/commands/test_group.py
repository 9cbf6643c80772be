"""What all subcommands share: one way to print, whatever the text."""

import pytest

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
