"""Rows a second of an import from upload to Kafka, beside a bare loop that reads, inserts and sends the same rows.

    python tests/benchmarks/import_rows.py --rows 100000

Runs catalog's API, worker and relay as processes on a broker and a database of their own. The time runs from the
first byte of the upload until the import is done and the outbox is empty, so it includes reading the file twice,
judging every row, storing it with its record, and every acknowledgement of the broker. The bare loop is one
process: `csv`, one INSERT of 500 rows of JSON, `KafkaProducer.send` of the same JSON, one commit; it judges nothing.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import time

import httpx
import psutil
from catalog_stack import CatalogStack, catalog_stack, wait_until
from kafka import KafkaProducer
from offer_files import offers_csv, parties_csv
from sqlalchemy import text

BATCH = 500


def run(rows: int = 100_000) -> dict[str, float]:
    """Figures of one import of `rows` offers and of the bare loop."""
    file = offers_csv(rows)
    with catalog_stack() as stack:
        bare = rows / _bare(stack, file)
        figures = _imported(stack, file, rows)
    return figures | {"bare_rows_per_s": bare, "ratio": figures["rows_per_s"] / bare}


def _imported(stack: CatalogStack, file: bytes, rows: int) -> dict[str, float]:
    with httpx.Client(base_url=stack.start("api"), headers=stack.headers, timeout=60) as client:
        for name in ("worker", "relay"):
            stack.start(name)
        _finish(stack, client, _upload(client, "parties", parties_csv()))
        before = stack.processor_seconds()
        resident = psutil.Process(stack.pids["worker"]).memory_info().rss
        begun = time.monotonic()
        job = _upload(client, "offers", file)
        answered = time.monotonic()
        stored = _finish(stack, client, job)
        sent = time.monotonic()
        grown = psutil.Process(stack.pids["worker"]).memory_info().rss - resident
        done = client.get(f"/imports/{job}").json()
    if done["created"] != rows:
        raise RuntimeError(f"{done['created']} of {rows} rows were stored: {done['errors'][:3]}")
    used = {name: seconds - before[name] for name, seconds in stack.processor_seconds().items()}
    return {
        "rows": float(rows),
        "rows_per_s": rows / (sent - begun),
        "upload_s": answered - begun,
        "stored_s": stored - begun,
        "sent_s": sent - begun,
        **{f"{name}_processor_s": seconds for name, seconds in used.items()},
        "rows_per_processor_s": rows / sum(used.values()),
        "file_mb": len(file) / 1e6,
        "worker_grew_mb": grown / 1e6,
    }


def _upload(client: httpx.Client, kind: str, file: bytes) -> str:
    answer = client.post("/imports", params={"kind": kind}, content=file)
    answer.raise_for_status()
    return str(answer.json()["id"])


def _finish(stack: CatalogStack, client: httpx.Client, job: str) -> float:
    """When the import was done; returns once its records are sent too."""
    wait_until(lambda: client.get(f"/imports/{job}").json()["status"] == "done", pause_s=0.2)
    stored = time.monotonic()

    def empty() -> bool:
        with stack.engine.connect() as connection:
            return not connection.execute(text("SELECT EXISTS (SELECT FROM outbox)")).scalar()

    wait_until(empty)
    return stored


def _bare(stack: CatalogStack, file: bytes) -> float:
    """Seconds of the bare loop."""
    producer = KafkaProducer(bootstrap_servers=stack.kafka, acks="all", linger_ms=5, batch_size=256 * 1024)
    with stack.engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id bigserial PRIMARY KEY, body jsonb NOT NULL)"))
    begun = time.monotonic()
    rows = csv.DictReader(io.StringIO(file.decode()))
    insert = text("INSERT INTO bare (body) SELECT jsonb_array_elements(CAST(:rows AS jsonb))")
    while batch := list(itertools.islice(rows, BATCH)):
        with stack.engine.begin() as connection:
            connection.execute(insert, {"rows": json.dumps(batch, ensure_ascii=False)})
        for row in batch:
            producer.send("orders-v1", json.dumps(row, ensure_ascii=False).encode(), row["row_key"].encode())
    producer.flush()
    seconds = time.monotonic() - begun
    producer.close()
    return seconds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    print("  ".join(f"{name} {value:.1f}" for name, value in run(parser.parse_args().rows).items()))


if __name__ == "__main__":
    main()
