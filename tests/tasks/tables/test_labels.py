"""The label as batches have it: 0 and 1, whole numbers or as it was; another value is named by its row."""

import pyarrow as pa
import pytest

from tasks.errors import BadInput
from tasks.tables.form import ColumnForm, Form, LabelForm
from tasks.tables.labels import written


def label(values, one=None, zero=None, classes=None):
    """These values, written."""
    said = LabelForm(one=one, zero=zero) if one is not None else None
    form = Form(columns={"left": ColumnForm(type="other")}, label=said)
    told = written(values, form, frozenset(classes) if classes else None, lambda row: f"row {row + 1}: left")
    return told.to_pylist()


@pytest.mark.parametrize(
    ("values", "one", "zero"),
    [
        (pa.array(["yes", None, "no"]), "yes", "no"),
        (pa.array(["yes", None, "no"]).dictionary_encode(), "yes", "no"),
        (pa.array([True, None, False]), True, False),
        (pa.array([1.0, float("nan"), 0.0]), 1, 0),
    ],
    ids=["text", "dictionary", "boolean", "nan"],
)
def test_two_values_are_written_as_1_and_0(values, one, zero):
    """However they are stored; null and NaN are no label."""
    assert label(values, one, zero) == [1, None, 0]


def test_classes_with_a_point_are_whole_numbers():
    """As programs write them that know no missing ones; a fraction is none."""
    assert label(pa.array([1.0, float("nan"), 3.0]), classes={1, 2, 3}) == [1, None, 3]
    with pytest.raises(BadInput, match=r"row 2: left has 1\.5: classes are whole numbers"):
        label(pa.array([1.0, 1.5]), classes={1, 2})


def test_numbers_are_as_they_were():
    """NaN is missing."""
    assert label(pa.array([1.5, float("nan")])) == [1.5, None]


@pytest.mark.parametrize(
    ("values", "asked", "message"),
    [
        (
            ["no", "maybe"],
            {"one": "yes", "zero": "no"},
            "row 2: left has 'maybe': expected one of 'yes', 'no'",
        ),
        (
            ["low", "huge"],
            {"classes": {"high", "low"}},
            "row 2: left has 'huge': expected one of 'high', 'low'",
        ),
        (["no"], {"classes": {0, 1}}, r"the label is string, and \[0, 1\] are not: say how it is written"),
    ],
)
def test_other_values_are_refused(values, asked, message):
    """By their row."""
    with pytest.raises(BadInput, match=message):
        label(pa.array(values), **asked)
