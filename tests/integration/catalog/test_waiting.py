"""How the background processes wait: woken by a commit, patient with the database, loud about anything else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from duijie_catalog import process
from duijie_catalog.outgoing import outbox_rows
from duijie_catalog.outgoing.wakeup import Wakeup
from sqlalchemy import text

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
PATIENCE_S = 60.0

LISTENERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


@pytest.mark.parametrize("listening_before", [True, False])
def test_a_commit_wakes_who_waits(catalog: Any, an_offer: Body, listening_before: bool) -> None:
    """Long before the timeout; a notification that came before the wait is not lost."""
    headers = catalog.as_party("p1")
    wakeup = Wakeup(catalog.engine, outbox_rows.CHANNEL)
    wakeup.open()
    with ThreadPoolExecutor(1) as pool:
        if listening_before:
            woken = pool.submit(wakeup.wait, 10 * PATIENCE_S)
            assert catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code == 201
        else:
            assert catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code == 201
            woken = pool.submit(wakeup.wait, 10 * PATIENCE_S)
        woken.result(PATIENCE_S)
    wakeup.close()


def test_a_cut_connection_is_sat_out(catalog: Any) -> None:
    """When the server cuts the listener off, as at its restart, the loop listens again and works on."""
    stop, worked = threading.Event(), threading.Semaphore(0)

    def step() -> bool:
        worked.release()
        return False

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(process.run, step, Wakeup(catalog.engine, outbox_rows.CHANNEL), stop)
        for _ in range(2):
            assert worked.acquire(timeout=PATIENCE_S)
            with catalog.engine.connect() as connection:
                while not connection.execute(LISTENERS).all():
                    assert worked.acquire(timeout=PATIENCE_S)
        for _ in range(3):
            assert worked.acquire(timeout=PATIENCE_S)
        stop.set()
        running.result(PATIENCE_S)


def test_any_other_error_ends_the_loop(catalog: Any) -> None:
    """A bug is not sat out: it goes up, and the process ends for its supervisor to see."""

    def step() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        process.run(step, Wakeup(catalog.engine, outbox_rows.CHANNEL), threading.Event())
