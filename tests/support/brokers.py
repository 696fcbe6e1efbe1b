"""A broker behind the ports, whichever it is, for the suite that all brokers pass."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import kafka_program
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.processes.child import Child
from duijie_shared.kafka.ports import Publisher, Reader, Record

Positions = Mapping[tuple[str, int], int]
DEADLINE_S = 60.0


@dataclass(frozen=True)
class Broker:
    """One broker behind the ports, whichever it is."""

    publisher: Callable[[], Publisher]
    reader: Callable[[Sequence[str], Positions | None], Reader]

    def ends(self, *topics: str) -> Positions:
        """The positions behind everything that is there already: the broker is shared with other tests."""
        reader = self.reader(topics, None)
        drain(reader)
        positions = dict(reader.positions())
        reader.close()
        return positions


def drain(reader: Reader) -> list[Record]:
    """Everything up to the ends, in the order it came."""
    found: list[Record] = []
    deadline = time.monotonic() + DEADLINE_S
    while reader.lag():
        found.extend(reader.poll(1.0))
        assert time.monotonic() < deadline, "the reader never came to the end"
    return found


class MortalKafka:
    """A real broker of one test's own, which may be killed with -9 and started again over the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = free_ports(2)
        self.bootstrap = f"{LOOPBACK}:{self._ports[0]}"
        self._child: Child | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = kafka_program(self._folder / "kafka", ensure_jars(), *self._ports)
        log = self._folder / "kafka.log"
        child = self._child = Child(program, stack=f"tests-{os.getpid()}-{self._ports[0]}", log=log)
        child.start()
        deadline = time.monotonic() + 2 * DEADLINE_S
        while not program.ready():
            assert child.poll() is None, log.read_text("utf-8", errors="replace")[-4000:]
            assert time.monotonic() < deadline, "the broker did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill -9."""
        assert self._child is not None
        assert self._child.pid is not None
        os.kill(self._child.pid, signal.SIGKILL)
        self._child.finish(time.monotonic() + DEADLINE_S)

    def end(self) -> None:
        """Stop it, if it still runs."""
        if self._child is not None:
            self._child.interrupt()
            self._child.finish(time.monotonic() + 20)
