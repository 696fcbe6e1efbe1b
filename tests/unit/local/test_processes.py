"""Rules of the supervisor that need no process."""

import os

import psutil
import pytest
from duijie_local.processes.supervisor import next_delay
from duijie_local.stack.state import Running


@pytest.mark.parametrize(
    ("last", "lived", "expected"),
    [
        (None, 0.0, 0.5),
        (0.5, 9.9, 1.0),
        (0.5, 10.0, 0.5),
        (16.0, 0.0, 30.0),
        (30.0, 0.0, 30.0),
        (30.0, 10.0, 0.5),
    ],
)
def test_backoff_doubles_from_half_a_second_to_thirty(
    last: float | None, lived: float, expected: float
) -> None:
    """It doubles up to the limit, and begins anew once a child had lived for ten seconds."""
    assert next_delay(last, lived) == expected


def test_a_process_is_found_by_id_and_start_time_together() -> None:
    """A process id that belongs to another process by now is nobody."""
    started = psutil.Process().create_time()
    assert Running("me", os.getpid(), started, "running", 0).find() == psutil.Process()
    assert Running("me", os.getpid(), started - 1, "running", 0).find() is None
    assert Running("me", None, None, "restarting", 0).find() is None
