"""Matching in child processes: OR-tools holds the interpreter's lock while it solves, and a worker that
cannot answer heartbeats loses its partitions.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from duijie_matcher.domain import NO_CONSTRAINTS

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Capacity, Constraints
    from duijie_matcher.stream.items import Cleared, Digests


class Clearer:
    """Clears markets in child processes, which end with this process however it ends."""

    def __init__(self, processes: int) -> None:
        # Started afresh rather than forked: a fork would inherit the threads' locks in whatever state they are.
        self._pool = ProcessPoolExecutor(
            processes, mp_context=multiprocessing.get_context("spawn"), initializer=_initialize
        )
        self.processes = processes

    async def warm(self) -> None:
        """Start the children, so that the first order does not wait for imports."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, _load) for _ in range(self.processes)))

    async def clear(
        self,
        market: str,
        orders: tuple[bytes, ...],
        policy: Policy,
        as_of: dt.datetime | None,
        published: Digests,
        constraints: Constraints = NO_CONSTRAINTS,
        capacities: tuple[Capacity, ...] = (),
        rung: int | None = None,
    ) -> Cleared:
        """What the market wants to be published, without the values that `published` already has.

        `orders` are the records' values, `rung` the price of a floor over all markets.

        Raises
        ------
        BrokenProcessPool
            When a child died; this object is of no more use then.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, _clear, market, orders, policy, as_of, published, constraints, capacities, rung
        )

    async def close(self) -> None:
        """Let the children finish what they are at, and end them."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def _clear(
    market: str,
    orders: tuple[bytes, ...],
    policy: Policy,
    as_of: dt.datetime | None,
    published: Digests,
    constraints: Constraints,
    capacities: tuple[Capacity, ...],
    rung: int | None,
) -> Cleared:
    # Imported by the child alone: the worker itself starts sooner without NumPy and OR-tools.
    from duijie_matcher.stream.child import clear_market

    return clear_market(market, orders, policy, as_of, published, constraints, capacities, rung)


def _load() -> None:
    import duijie_matcher.stream.child  # noqa: F401


def _initialize() -> None:
    # Signals sent to the whole group are the parent's business; the child ends when the parent does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError("this is no child process")
    threading.Thread(target=_end_with, args=(parent,), name="parent-watch", daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
