"""Every check comes before the first byte: what is refused, and that nothing is written then."""

import pytest
from table_factories import added, begun, delivered_bytes, four_months, person_table

from tasks.errors import BadInput
from tasks.tables.form import FILE


class TestRefusals:
    """One line, and nothing is written, also of the months that are good."""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda one: one.drop(columns="plan"), r"no column 'plan': all columns of table\.yaml have to"),
            (lambda one: one.assign(spend="a lot"), r"row 1: spend has 'a lot': expected a number, as"),
            (lambda one: one.assign(asked="31.01.2024"), r"row 1: asked has '31\.01\.2024': expected a time"),
            (lambda one: one.assign(asked=None), "row 1: asked has no time"),
            (lambda one: one[:0], "no rows: there is nothing to add"),
            (
                lambda one: one.assign(asked=one["asked"].str.replace("2024", "2020")),
                r"2020-01 to 2020-04 \(600 rows\): before 2024-01, the first period that was delivered",
            ),
        ],
    )
    def test_of_another_table(self, made, change, message):
        """With what was expected, where, and what to do."""
        before = delivered_bytes(made)
        with pytest.raises(BadInput, match=message) as refused:
            added(made, change(four_months()))
        assert "\n" not in str(refused.value)
        assert delivered_bytes(made) == before

    def test_of_a_time_that_no_clock_showed(self, tmp_path):
        """In the zone of the first table."""
        made = begun(tmp_path, person_table(months=2), zone="Europe/Berlin")
        late = person_table(months=3)
        late.loc[301, "asked"] = "2024-03-31 02:30:00"
        with pytest.raises(
            BadInput, match=r"row 302: asked: 2024-03-31 02:30:00 is not there .* Europe/Berlin"
        ):
            added(made, late)

    def test_of_times_that_lost_their_offset(self, tmp_path):
        """Whose clock they would be is anybody's guess."""
        first = person_table(months=2)
        made = begun(tmp_path, first.assign(asked=first["asked"] + "+02:00"))
        with pytest.raises(BadInput, match=r"row 1: asked has .*: expected a time with an offset"):
            added(made, first)

    def test_of_a_folder_without_a_form(self, made):
        """The file, and what to write into it."""
        (made.folder / FILE).unlink()
        with pytest.raises(
            BadInput, match=r"table\.yaml: is not there\. .*`evergreen init` writes it; by hand"
        ):
            added(made, four_months())

    def test_of_a_period_that_intake_would_not_take(self, made):
        """Before anything is written."""
        params = made.folder / "params.yaml"
        params.write_text(
            params.read_text().replace("  period: month\n", "  period: month\n  max_bytes: 2000\n")
        )
        with pytest.raises(BadInput, match=r"2024-04: .* bytes; intake\.max_bytes allows 2,000"):
            added(made, four_months())
