"""`table.yaml`: what is written is read back, whatever columns are called; what is wrong gets one line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from odd_names import ODD_NAMES
from table_factories import begun, person_table, settings

from tasks.errors import BadInput
from tasks.params.reading import settings_in
from tasks.tables.form import FILE, ColumnForm, Form, KnownForm, LabelForm, MadeForm, form_text, read_form

DOCS = Path(__file__).parents[3] / "docs" / "init.md"
NAMES = st.sampled_from(
    (*ODD_NAMES, "? x", "- y", "a: b", "#", "null", "", "1e3", "x" * 400, "\x85", "\u2028")
) | st.text(max_size=9)
VALUES = st.sampled_from(["yes", "no", "1", "null", ""]) | st.booleans() | st.integers() | st.floats(0, 1)


class TestTheFile:
    """Machine-readable, and fit for a hand."""

    @examples(max_examples=20)
    @given(
        columns=st.dictionaries(NAMES, st.sampled_from(["string", "number", "other"]), min_size=1),
        left=st.lists(NAMES, max_size=3),
        one=VALUES,
        zero=VALUES,
    )
    def test_says_what_was_said(self, columns, left, one, zero):
        """Any name and any value of a label come back, with its type."""
        named = {
            old: ColumnForm(type=kind, name=f"new {at}") for at, (old, kind) in enumerate(columns.items())
        }
        form = Form(
            columns=named, leave_out=tuple(one for one in left if one not in columns),
            label=LabelForm(one=one, zero=zero),
            made=MadeForm(id="row_id", known_at=KnownForm(column="known", days=3)),
        )  # fmt: skip
        back = settings_in(form_text(form), FILE, Form)
        assert back == form
        assert back.label is not None
        assert (type(back.label.one), type(back.label.zero)) == (type(one), type(zero))

    def test_has_a_line_for_each_column(self, tmp_path):
        """As they are called in the table."""
        table = person_table("yes/no").rename(columns={"spend": " net spend"})
        text = (begun(tmp_path, table, known_after=7, leave_out=("note",)).folder / FILE).read_text()
        assert "\n  ' net spend': {type: number, name: net_spend}\n" in text
        assert "\n  plan: {type: string}\n" in text
        assert "\nleave_out: [note]\nlabel: {one: 'yes', zero: 'no'}\n" in text
        assert "\n  id: row_id\n  day: day\n  known_at: {column: left_known_at, days: 7}\n" in text

    def test_may_be_written_as_the_docs_show(self):
        """The example is a form."""
        text = re.search(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
        assert text is not None
        assert settings_in(text[1], FILE, Form).names["net spend"] == "spend"

    def test_is_in_no_hash(self, tmp_path):
        """Without it, and with it, settings are the same."""
        made = begun(tmp_path, person_table())
        before = settings(made).hash
        (made.folder / FILE).unlink()
        assert settings(made).hash == before


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder whose form is written over."""
    return begun(tmp_path_factory.mktemp("form"), person_table())


class TestRefusals:
    """Of what a hand wrote."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected settings by section, found NoneType"),
            ("columns: [", "not YAML"),
            ("columns: {}", "table.yaml: columns: Dictionary should have at least 1 item"),
            ("columns: {x: {type: text}}", "table.yaml: columns.x.type: Input should be 'string', 'integer'"),
            ("columns: {x: {type: string, title: y}}", "columns.x.title: Extra inputs are not permitted"),
            ("columns: {x: {type: string}}\nzone: UTC", "table.yaml: zone: Extra inputs are not permitted"),
            ("columns: {1: {type: string}}", "columns: expected text: write it in quotes"),
            (
                "columns: {x: {type: string}, y: {type: string, name: x}}",
                "two columns are called x: give each",
            ),
            ("columns: {x: {type: string}}\nmade: {id: x}", "two columns are called x: give each"),
            ("columns: {x: {type: string}}\nleave_out: [x]", "x is in columns and in leave_out: keep one"),
            (
                "columns: {x: {type: string}}",
                "no column is called asked, as prepare.event_time in params.yaml",
            ),
            (
                "columns: {asked: {type: string}, left: {type: string}}",
                "no column is called row_id, as prepare.id in params.yaml",
            ),
        ],
    )
    def test_are_one_line(self, made, text, message):
        """With the file, the place and what was expected."""
        (made.folder / FILE).write_text(text)
        with pytest.raises(BadInput) as refused:
            read_form(made.folder, settings(made))
        assert message in str(refused.value)
        assert "\n" not in str(refused.value)
