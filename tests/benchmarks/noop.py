"""A flow that does nothing: what a deployment run costs before it does anything."""

from prefect import flow


@flow(name="noop")
def noop() -> None:
    """Do nothing."""
