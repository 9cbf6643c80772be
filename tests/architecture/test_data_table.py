"""docs/data.md says what becomes of what arrives, and each row of its table is shown by a test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| \*\*(.+?)\*\* \|", re.MULTILINE)
SHOWN = re.compile(r"pytest\.mark\.row\(\s*\"(.+?)\"\s*\)")


class TestTheTable:
    """Rows and tests, by name."""

    def test_has_a_test_for_each_row_and_a_row_for_each_test(self):
        """A row that nothing shows is a claim, and a test of no row shows nobody what happens."""
        rows = ROW.findall((ROOT / "docs" / "data.md").read_text(encoding="utf-8"))
        tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
        assert len(set(rows)) == len(rows) > 0
        assert set(SHOWN.findall(tests)) == set(rows)
