"""What `validate.quarantine` and `level` may be; each wrong setting gets one clear line."""

import pytest
from data_factories import changed
from factories import PARAMS

from tasks.errors import BadInput
from tasks.params import parse_params

ROWS = "  rows: {min: 100, max: 5000}"
VOID = ("name: void", "name: quarantined")


def with_quarantine(settings: str, *changes: tuple[str, str]) -> str:
    """The small model's settings with these under `validate.quarantine`."""
    return changed((ROWS, f"{ROWS}\n  quarantine: {settings}"), *changes)


def with_level(text: str, *, level: str = "warn") -> str:
    """The small model's settings with a level in the column that is declared by `text`."""
    return changed((text, text.replace("{", f"{{level: {level}, ")))


class TestRefused:
    """One line, with the setting's name."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                with_quarantine("{max_share: 0}"),
                "quarantine.max_share: Input should be greater than 0, found 0",
            ),
            (with_quarantine("{max_share: 1}"), "quarantine.max_share: Input should be less than 1, found 1"),
            (with_quarantine("{max_share: .nan}"), "quarantine.max_share: Input should be a finite number"),
            (with_quarantine("{max_share: 1%}"), "quarantine.max_share: Input should be a valid number"),
            (with_quarantine("{}"), "quarantine.max_share: Field required"),
            (with_quarantine("{max_share: 0.1, x: 1}"), "quarantine.x: Extra inputs are not permitted"),
            (with_quarantine("{max_share: 0.1}", VOID), "exclude: quarantined is what rows kept aside"),
            (with_level("row_id: {type: string"), "row_id.level: a batch cannot go on without"),
            (with_level("event_time: {type: timestamp"), "event_time.level: a batch cannot go on without"),
            (with_level("label: {type: integer"), "label.level: a batch cannot go on without"),
            (with_level("z: {type: number", level="tell"), "z.level: Input should be 'block' or 'warn'"),
        ],
    )
    def test_settings(self, text, message):
        """A share that none or all rows could have, a level that is none, a name that is taken."""
        with pytest.raises(BadInput) as caught:
            parse_params(text)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)


class TestAccepted:
    """What it means to leave it out."""

    def test_the_default_level_is_no_setting(self):
        """`block` is what a rule does without a level: the hash is the same."""
        said = with_level("z: {type: number", level="block")
        assert parse_params(said).hash == parse_params(PARAMS).hash

    def test_a_name_that_nobody_else_needs(self):
        """Without a quarantine an exclusion may be called anything."""
        assert parse_params(changed(VOID)).prepare.exclude[0].name == "quarantined"
