"""Terms that not every reader knows: each is linked, where it stands first, to what it means. Pure."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tasks.objectives import BINARY, Objective
from tasks.report.glossary import ALSO, BY_HAND, GLOSSARY, OF_CLASSES, OF_NUMBERS

if TYPE_CHECKING:
    from markupsafe import Markup

# Where a link would be wrong or unseen.
_LEFT_ALONE = ("a", "abbr", "code", "h1", "h2", "h3", "summary", "svg", "style")
_TAG = re.compile(r"(<[^>]*>)")
_LINK = re.compile(r'<a class="term" href="#(?P<anchor>[^"]+)">')
_NAMES = {name.lower(): name for name in GLOSSARY if name not in BY_HAND} | ALSO
# Longest first; an apostrophe may have been escaped.
_EITHER = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True)).replace(
    "'", "(?:'|&#39;)"
)
_WHOLE = r"(?<![\w-])(?:{})(?![\w-])"
_TERM = re.compile(_WHOLE.format(_EITHER), re.IGNORECASE)


class Terms:
    """The terms of one page: links them, and remembers which it has to explain at its end.

    A pointer shows the meaning as a tooltip; where there is none, on a phone, the link leads to it.
    `own` are names that the user gave (models, columns, values): a column `threshold` is no
    threshold of ours, so words that are such a name are linked only by hand.
    """

    def __init__(self, objective: Objective = BINARY, own: Iterable[str] = ()) -> None:
        from markupsafe import escape

        escaped = {str(escape(name)) for name in own}
        # Few names have a term in them, and there may be thousands.
        alike = sorted((name for name in escaped if _TERM.search(name)), key=len, reverse=True)
        self._own = {name.lower() for name in alike}
        first = [re.escape(name) for name in alike]
        self._words = re.compile(_WHOLE.format("|".join([*first, _EITHER])), re.IGNORECASE)
        self._meanings = GLOSSARY if objective.probabilities else GLOSSARY | OF_NUMBERS
        if objective.classes:
            self._meanings |= OF_CLASSES
        self._used: set[str] = set()

    def linked(self, html: str) -> "Markup":
        """The HTML with each term linked once a section; `<` and `>` stand only for tags in it."""
        from markupsafe import Markup

        seen: set[str] = set()
        inside: list[str] = []
        parts = _TAG.split(html)
        for place, part in enumerate(parts):
            if part.startswith("<"):
                _enter(part, inside)
                if part.startswith(("<section", "<article")):
                    seen.clear()
                if (by_hand := _LINK.match(part)) is not None:
                    seen.update(name for name in self._used if _anchor(name) == by_hand["anchor"])
            elif not inside:
                parts[place] = self._words.sub(lambda found: self._once(found.group(), seen), part)
        return Markup("".join(parts))  # noqa: S704 - what came in, and links of our own

    def term(self, name: str, words: str = "") -> "Markup":
        """A term of the glossary as a link, said in other `words` if there are any."""
        from markupsafe import Markup

        self._used.add(name)
        return Markup('<a class="term" href="#{}"><abbr title="{}">{}</abbr></a>').format(
            _anchor(name), self._meanings[name], words or name
        )

    def used(self) -> list[tuple[str, str, str]]:
        """Anchor, name and meaning of every term that was linked, by name."""
        return [(_anchor(name), name, self._meanings[name]) for name in sorted(self._used, key=str.lower)]

    def _once(self, words: str, seen: set[str]) -> str:
        from markupsafe import Markup

        if words.lower() in self._own:
            return words
        name = _NAMES[words.lower().replace("&#39;", "'")]
        if name in seen:
            return words
        seen.add(name)
        return str(self.term(name, Markup(words)))  # noqa: S704 - text that is escaped already


def _enter(tag: str, inside: list[str]) -> None:
    """Keep account of the elements in which nothing is linked."""
    name = tag.strip("</>").split(maxsplit=1)[0] if tag.strip("</>") else ""
    if name not in _LEFT_ALONE or tag.endswith("/>"):
        return
    if not tag.startswith("</"):
        inside.append(name)
    elif inside:
        inside.pop()


def _anchor(name: str) -> str:
    return "word-" + re.sub(r"\W+", "-", name.lower())
