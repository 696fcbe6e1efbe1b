"""Process: imports, hourly ticks, expiry, tombstones, holds that lapse."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlmodel import Session

from duijie_catalog import clockwork
from duijie_catalog.files import imports
from duijie_catalog.oversight.screening import Screener
from duijie_catalog.reference.designation_lists import refresh_some
from duijie_catalog.trading import deal_clock

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Engine

    from duijie_catalog.clock import Clock
    from duijie_catalog.files.import_runner import ImportRunner


class Worker:
    """Turns the clock when it is due, else works off a batch. One thread calls `step`."""

    def __init__(self, engine: Engine, clock: Clock, runner: ImportRunner) -> None:
        self._engine = engine
        self._clock = clock
        self._runner = runner
        self._screener = Screener(engine, clock)
        self._next_tick: dt.datetime | None = None

    def step(self) -> bool:
        """One piece of work; whether there was any."""
        now = self._clock()
        if self._next_tick is None or now >= self._next_tick:
            clockwork.advance(self._engine, now, str(uuid4()))
            self._next_tick = clockwork.next_hour(now)
            return True
        if deal_clock.lapse_due(self._engine, now, str(uuid4())):
            return True
        return refresh_some(self._engine, now) or self._runner.step() or self._screener.step()

    def state(self) -> dict[str, object]:
        """Readiness (after the first tick) and `imports_pending`, for the probe."""
        with Session(self._engine) as session:
            waiting = imports.pending(session)
        return {"ready": self._next_tick is not None, "imports_pending": waiting}
