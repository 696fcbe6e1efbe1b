"""Apache Kafka as one KRaft node on the loopback address (broker and controller in one process).

A kill -9 loses nothing that was acknowledged: it is in the operating system's page cache. Power loss may, with one
replica. Start: jars (`jars.py`), `StorageTool format` once, then `kafka.Kafka`.
"""

import os
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from duijie_local.embedded.java import java_executable
from duijie_local.embedded.ports import LOOPBACK
from duijie_local.processes.program import Program, base_environment

NAME = "kafka"
HEAP = "512m"
PROPERTIES_FILE = "server.properties"
# Relative to the broker's folder, which is its working directory: the file's commas, backslashes and Latin-1
# would otherwise restrict what the data folder may be called.
LOG_FOLDER = "log"
PROBE_TIMEOUT_MS = 3000

_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": LOG_FOLDER,
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # One worker joins at a time here, so nothing is gained by waiting for others; six seconds is how soon a
    # killed worker's partitions may be owned again.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "6000",
}


def properties(port: int, controller_port: int) -> str:
    """The broker's `server.properties` for these two loopback ports."""
    settings = _SETTINGS | {
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def kafka_program(folder: Path, jars: Sequence[Path], port: int, controller_port: int) -> Program:
    """Describe the broker over `folder`, formatting the folder if it is new.

    Raises:
        RuntimeError: the storage could not be formatted (with the tool's own words).
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PROPERTIES_FILE).write_text(properties(port, controller_port), encoding="ascii")
    java = (str(java_executable()), f"-Xmx{HEAP}", *_JVM_OPTIONS, "-cp", os.pathsep.join(map(str, jars)))
    environment = {"LC_ALL": "C.UTF-8"}
    if not (folder / LOG_FOLDER / "meta.properties").exists():
        _format(folder, java, environment)
    return Program(
        name=NAME,
        argv=(*java, "kafka.Kafka", PROPERTIES_FILE),
        cwd=folder,
        environment=environment,
        port=port,
        ready=lambda: broker_answers(f"{LOOPBACK}:{port}"),
    )


def broker_answers(bootstrap: str) -> bool:
    """Whether a broker at `bootstrap` (host:port) answers a metadata request."""
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=bootstrap,
            request_timeout_ms=PROBE_TIMEOUT_MS,
            bootstrap_timeout_ms=PROBE_TIMEOUT_MS,
        )
    except (KafkaError, OSError):
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        admin.close()


_JVM_OPTIONS = (
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)


def _format(folder: Path, java: tuple[str, ...], environment: dict[str, str]) -> None:
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    run = subprocess.run(
        (*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", PROPERTIES_FILE),
        cwd=folder,
        env=base_environment() | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise RuntimeError(f"kafka.tools.StorageTool format: {run.stdout}{run.stderr}")
