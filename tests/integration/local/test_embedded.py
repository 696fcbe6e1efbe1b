"""The embedded broker and database are real, and their fixtures work."""

import time
from pathlib import Path

import psycopg
import pytest
from duijie_local.embedded.postgres import postgres_program, remove_socket_folder, socket_folder
from duijie_local.processes.child import Child
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic


@pytest.mark.broker
def test_broker_returns_what_it_acknowledged(embedded_kafka: str) -> None:
    """A record whose send was acknowledged is read back from the partition it was sent to."""
    topic = "embedded-roundtrip"
    admin = KafkaAdminClient(bootstrap_servers=embedded_kafka)
    admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=embedded_kafka, acks="all")
    sent = producer.send(topic, b"value", key=b"key", partition=1).get(timeout=20)
    producer.close()
    consumer = KafkaConsumer(
        topic, bootstrap_servers=embedded_kafka, auto_offset_reset="earliest", consumer_timeout_ms=20_000
    )
    record = next(consumer)
    consumer.close()
    assert (record.partition, record.offset, record.key, record.value) == (1, sent.offset, b"key", b"value")


@pytest.mark.database
def test_database_is_postgresql_18_in_utf8(embedded_postgres: str) -> None:
    """The database is PostgreSQL 18, keeps text in UTF-8 and folds case beyond ASCII."""
    with psycopg.connect(embedded_postgres.replace("+psycopg", "")) as connection:
        version, encoding, folded = connection.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), lower('É')"
        ).fetchone() or (0, "", "")
    assert version // 10_000 == 18
    assert (encoding, folded) == ("UTF8", "é")


@pytest.mark.database
@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_has_an_empty_database(embedded_postgres: str, attempt: int) -> None:
    """What one test creates, the next does not see."""
    with psycopg.connect(embedded_postgres.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE seen (n int)")


@pytest.mark.database
def test_a_database_restarts_in_a_folder_that_was_closed_meanwhile(tmp_path: Path) -> None:
    """Folders above the data closed to other accounts (as pytest does with its own) are opened at each start."""
    sockets = socket_folder(tmp_path / "run")
    program = postgres_program(tmp_path / "postgres", sockets)
    child = Child(program, stack=str(tmp_path), log=tmp_path / "log")
    try:
        for _ in range(2):
            tmp_path.chmod(0o700)
            child.start()
            deadline = time.monotonic() + 60
            while not child.is_ready():
                assert child.poll() is None, child.log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            child.interrupt()
            assert child.finish(time.monotonic() + 20)
    finally:
        child.finish(time.monotonic())
        remove_socket_folder(sockets)
