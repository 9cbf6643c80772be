"""The ledger against a model of it, by any sequence of operations, crashes and stale pointers."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from faults.broken import a_hold_that_is_not_asked_for, the_pointer_as_truth
from faults.machine import LedgerMachine
from faults.memory import MemoryStore
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tasks.errors import Conflict, Corrupt
from tasks.store import open_store


def sequences(examples: int, steps: int) -> settings:
    """So many sequences, the same ones each time."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=checks)


@pytest.fixture(autouse=True)
def _powered() -> Iterator[None]:
    """No power is cut here, so nothing waits for a disk."""
    with patch("os.fsync"):
        yield


class TestMachine:
    """Whatever happens, in whatever order."""

    def test_a_store_in_memory_says_what_the_model_says(self) -> None:
        """Many sequences."""
        run_state_machine_as_test(lambda: LedgerMachine(MemoryStore), settings=sequences(25, 20))

    def test_a_directory_says_what_the_model_says(self, tmp_path: Path) -> None:
        """A few sequences."""

        def machine() -> LedgerMachine:
            return LedgerMachine(lambda: open_store(str(tmp_path / uuid.uuid4().hex)))

        run_state_machine_as_test(machine, settings=sequences(5, 20))

    @pytest.mark.parametrize("broken", [a_hold_that_is_not_asked_for, the_pointer_as_truth])
    def test_a_broken_protocol_is_found(self, broken: Callable[[], AbstractContextManager[Any]]) -> None:
        """With one part left out some sequence ends otherwise than in the model."""
        with broken(), pytest.raises((AssertionError, Corrupt, Conflict)):
            run_state_machine_as_test(
                lambda: LedgerMachine(MemoryStore),
                settings=settings(sequences(50, 20), phases=[Phase.generate]),
            )

    @pytest.mark.real
    @pytest.mark.long
    @pytest.mark.timeout(900)
    def test_a_real_s3_says_what_the_model_says(self, s3_url: str) -> None:
        """A few sequences, somewhat longer."""

        def machine() -> LedgerMachine:
            return LedgerMachine(lambda: open_store(f"{s3_url}/{uuid.uuid4().hex}"))

        run_state_machine_as_test(machine, settings=sequences(10, 25))
