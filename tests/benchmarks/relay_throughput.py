"""Records a second of the relay, beside a bare kafka-python producer that sends the same payloads in the same run.

    python tests/benchmarks/relay_throughput.py --records 50000

The outbox is filled first, then the relay empties it as its process runs it, in two lanes, and in one: claim, send,
await every acknowledgement, delete, commit.
The bare producer has the payloads in memory and sends them in batches of the same size with the same settings
(all acknowledgements, idempotent), flushing after each. They take turns, three times each; the medians are shown.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time

from catalog_stack import CatalogStack, catalog_stack
from duijie_catalog import bootstrap
from duijie_catalog.clock import utc_now
from duijie_catalog.files import imports
from duijie_catalog.files.import_runner import ImportRunner
from duijie_catalog.outgoing.outbox import headers_from
from duijie_catalog.outgoing.outbox_rows import Claimed
from duijie_catalog.outgoing.relay import BATCH, LANES, Lanes, Relay
from duijie_catalog.unit_of_work import unit_of_work
from duijie_shared.posting.files import FileKind
from kafka import KafkaProducer
from offer_files import offers_csv, parties_csv
from sqlalchemy import text

TURNS = 3

PAYLOADS = """
SELECT id, topic, convert_to(key, 'UTF8'), partition, headers, convert_to(value, 'UTF8') FROM outbox ORDER BY id
"""

REFILL = """
INSERT INTO outbox (shard, topic, key, partition, headers, value, aggregate_id, aggregate_version, created_at)
SELECT shard, topic, key, partition, headers, value, aggregate_id, aggregate_version, created_at FROM kept ORDER BY id
"""


def run(records: int = 50_000) -> dict[str, float]:
    """Records a second of both, by the clock and by processor time."""
    with catalog_stack() as stack:
        _fill(stack, "parties", parties_csv())
        _fill(stack, "offers", offers_csv(records))
        with stack.engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept AS TABLE outbox"))
            found = connection.execute(text(PAYLOADS)).all()
        payloads = [Claimed(*row) for row in found]
        turns = [(_relayed(stack, LANES), _relayed(stack, 1), _bare(stack, payloads)) for _ in range(TURNS)]
    relayed, used = (statistics.median(turn[0][place] for turn in turns) for place in (0, 1))
    one_lane = statistics.median(turn[1][0] for turn in turns)
    bare, bare_used = (statistics.median(turn[2][place] for turn in turns) for place in (0, 1))
    count = len(payloads)
    return {
        "records": float(count),
        "relay_per_s": count / relayed,
        "bare_per_s": count / bare,
        "ratio": bare / relayed,
        "ratio_of_one_lane": bare / one_lane,
        "relay_processor_us": used / count * 1e6,
        "bare_processor_us": bare_used / count * 1e6,
    }


def _fill(stack: CatalogStack, kind: FileKind, file: bytes) -> None:
    with unit_of_work(stack.engine, "bench") as uow:
        imports.submit(uow, imports.Submission(kind, file), utc_now())
    runner = ImportRunner(stack.engine, utc_now)
    while runner.step():
        pass


def _relayed(stack: CatalogStack, lanes: int) -> tuple[float, float]:
    """Seconds, by the clock and of the processor, to send what is in the outbox; it is filled again before."""
    with stack.engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))
    stop = threading.Event()
    relay = Lanes([Relay(stack.engine, lambda: bootstrap.connect(stack.kafka), stop) for _ in range(lanes)])
    with stack.engine.begin() as connection:
        connection.execute(text(REFILL))
    begun, used = time.monotonic(), time.process_time()
    while relay.step():
        pass
    spent = time.monotonic() - begun, time.process_time() - used
    relay.close()
    return spent


def _bare(stack: CatalogStack, payloads: list[Claimed]) -> tuple[float, float]:
    """Seconds of the producer alone."""
    begun, used = time.monotonic(), time.process_time()
    producer = KafkaProducer(
        bootstrap_servers=stack.kafka, acks="all", enable_idempotence=True, linger_ms=5, batch_size=256 * 1024
    )
    for first in range(0, len(payloads), BATCH):
        for record in payloads[first : first + BATCH]:
            producer.send(
                record.topic,
                value=record.value,
                key=record.key,
                headers=headers_from(record.headers),
                partition=record.partition,
            )
        producer.flush()
    spent = time.monotonic() - begun, time.process_time() - used
    producer.close()
    return spent


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    figures = run(parser.parse_args().records)
    print("  ".join(f"{name} {value:,.2f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
