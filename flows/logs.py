"""What the steps log, in Prefect: picked up by PREFECT_LOGGING_EXTRA_LOGGERS, and let through here."""

import logging


def let_through() -> None:
    """Have the steps' loggers say what they do: Prefect leaves their level at the root's, WARNING."""
    logging.getLogger("tasks").setLevel(logging.INFO)
