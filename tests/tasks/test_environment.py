"""The environment: what is installed and on what it runs, and how two differ, in words."""

import re
import socket
from importlib.metadata import distributions

import numpy as np

from tasks.environment import Environment, changes, environment

THEN = Environment(
    python="CPython 3.11.2",
    system="Linux",
    machine="x86_64",
    processor="a kind",
    processors=2,
    libraries={"numpy": "2.0", "xgboost": "3.2.0", **{f"lib{n}": "1" for n in range(20)}},
)


class TestEnvironment:
    """This process's own."""

    def test_names_what_is_imported(self) -> None:
        """A library's version is the one that answers when it is imported."""
        assert environment().libraries["numpy"] == np.__version__

    def test_has_one_spelling_of_each_name(self) -> None:
        """However a library spells itself: small letters and hyphens."""
        assert not [
            name for name in environment().libraries if name != name.lower() or "_" in name or "." in name
        ]

    def test_has_what_the_metadata_say(self) -> None:
        """Names of folders and the metadata in them agree, for everything that is installed."""
        told = {re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in distributions()}
        assert environment().libraries == told
        assert len(told) > 50

    def test_names_no_host(self) -> None:
        """Where it ran is nobody's business."""
        assert socket.gethostname() not in environment().to_bytes().decode().split('"')

    def test_is_the_same_twice(self) -> None:
        """So that registering it again is the same registration."""
        environment.cache_clear()
        first = environment().to_bytes()
        environment.cache_clear()
        assert environment().to_bytes() == first


class TestChanges:
    """What is another by now."""

    def test_of_the_same_are_none(self) -> None:
        """Nothing is said."""
        assert changes(THEN, THEN) == ()

    def test_name_both_sides(self) -> None:
        """Machine first, then what is named first, then the others by name; eight, and how many more."""
        libraries = {"xgboost": "3.3.0", "numpy": "2.0", **{f"lib{n}": "2" for n in range(19)}}
        now = THEN.model_copy(update={"machine": "aarch64", "processors": 8, "libraries": libraries})
        said = changes(THEN, now, ("xgboost",))
        assert said[:4] == (
            "machine: x86_64 then, aarch64 now",
            "processors: 2 then, 8 now",
            "xgboost: 3.2.0 then, 3.3.0 now",
            "lib0: 1 then, 2 now",
        )
        assert said[-1] == "and 13 more libraries"

    def test_name_what_is_gone_or_new(self) -> None:
        """Its version is none."""
        now = THEN.model_copy(update={"libraries": {**THEN.libraries, "numpy": "2.0", "new": "1"}})
        assert changes(THEN, now) == ("new: none then, 1 now",)
        assert changes(now, THEN) == ("new: 1 then, none now",)
