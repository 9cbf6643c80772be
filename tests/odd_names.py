"""Names that columns of people's tables have, or that somebody might try: all of them are allowed."""

ODD_NAMES = (
    "Monthly Charges (EUR)",
    "größe",
    "a.b",
    "[bold]x[/bold]",
    "<b>&amp;",
    "no",
    "2",
    "comma,quote\"'",
    "slash/../..",
    "{brace}",
    "self",
    "__index_level_0__",
    "%s %(x)d",
    "Score (-1)",
    "$PARAMETER",
    "日本語",
)
