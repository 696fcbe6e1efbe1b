"""A broker behind the ports, whichever it is, for the suite that all brokers pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class MortalKafka:
    """A real broker of one test's own."""

    bootstrap: str
    kill: Callable[[], None]
