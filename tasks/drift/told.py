"""What a run tells of drift, as a document: light, since a run with nothing new imports it, too."""

from typing import Annotated

from pydantic import Field

from tasks.documents import Document


class MovedColumn(Document):
    """A column that has drifted, in words."""

    column: str
    effect: str
    usual: str
    missing: str
    usual_missing: str
    weight: str


class Told(Document):
    """The newest batch against what the champion learned from; decides nothing.

    `columns` are those that have drifted, what matters most to the champion first. `labels` and `rows` say
    whether the labels have shifted and whether an unusual number of rows came, `slices` what has moved most
    in a slice and not in the whole. `unknown` says why nothing could be compared, and is empty where
    something was.
    """

    newest: str | None = None
    columns: tuple[MovedColumn, ...] = ()
    labels: bool = False
    rows: bool = False
    slices: Annotated[tuple[str, ...], Field(exclude_if=lambda slices: not slices)] = ()
    lines: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def drifted(self) -> bool:
        """Whether anything is more than usual."""
        return bool(self.columns or self.slices) or self.labels or self.rows

    @property
    def headline(self) -> str:
        """One line for whoever reads what a run came to."""
        return f"{self._said} (`evergreen drift`)" if self.drifted and not self.unknown else self._said

    @property
    def markdown(self) -> str:
        """For a page that shows markdown: the columns are a table of their own."""
        # Imported here: a run that has nothing to tell needs no words for a page.
        from tasks.report.summary import plain

        more = ("`evergreen drift` shows how much, and since when.",) if self.drifted else ()
        said = (f"## {plain(self._said)}", *map(plain, self.lines), *more, "Nothing is decided by this.")
        return "\n\n".join(said) + "\n"

    @property
    def _said(self) -> str:
        if self.unknown:
            return f"drift: not known: {self.unknown}"
        parts = [*(one.column for one in self.columns), *self.slices]
        parts += ["the labels"] * self.labels + ["the number of rows"] * self.rows
        said = f"more than usual: {', '.join(parts)}" if parts else "nothing more than usual"
        return f"drift of {self.newest}: {said}"
