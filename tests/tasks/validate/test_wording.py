"""What validation says can be printed, whatever the data hold."""

from tasks.validate.wording import printable


class TestPrintable:
    """A terminal shows it, and does nothing else."""

    def test_is_what_can_be_read_as_it_is(self) -> None:
        """Other alphabets and brackets stay."""
        assert printable("[Größe] 価格") == "[Größe] 価格"

    def test_tells_by_number_what_would_steer_a_terminal(self) -> None:
        """Escape sequences, line ends, and marks that turn the text round."""
        assert printable("red\x1b[31m\x00\n\u202eder") == "red\\x1b[31m\\x00\\n\\u202eder"
