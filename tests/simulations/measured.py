"""A table of simulated numbers: what a person reads, and the figures that goals speak about."""

from dataclasses import dataclass

from benchmarks.figures import Figure
from rich.table import Table


@dataclass(frozen=True)
class Measured:
    """One table; its figures go into `build/figures/simulate-<name>.json`."""

    name: str
    title: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    figures: tuple[Figure, ...]
    note: str = ""

    def table(self) -> Table:
        """As it is printed: the first column are words, the others numbers."""
        table = Table(title=self.title, caption=self.note or None)
        for place, column in enumerate(self.columns):
            table.add_column(column, justify="right" if place else "left", no_wrap=not place)
        for line in self.lines:
            table.add_row(*line)
        return table
