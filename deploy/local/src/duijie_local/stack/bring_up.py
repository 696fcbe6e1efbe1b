"""Bring a whole stack up, in order: database and broker, schemas and topics, services."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from duijie_shared.kafka.admin import ensure_topics

from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import broker_answers, kafka_program
from duijie_local.embedded.ports import LOOPBACK, claim_port, free_ports
from duijie_local.embedded.postgres import postgres_program, remove_socket_folder, socket_folder
from duijie_local.processes.program import Program
from duijie_local.processes.supervisor import StartError, StoppedError, Supervisor
from duijie_local.stack import files
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.databases import embedded_databases, external_databases
from duijie_local.stack.options import Options
from duijie_local.stack.programs import (
    CATALOG_API,
    GATEWAY_API,
    SERVICES,
    Addresses,
    migration_programs,
    service_programs,
)
from duijie_local.stack.secrets import ensure_secrets
from duijie_local.stack.state import Stack

Say = Callable[[str, str], None]
EXTERNAL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Servers:
    """The embedded servers of this run; those that run elsewhere have no program."""

    kafka: str
    programs: dict[str, Program]


class BringUp:
    """One bringing up. `sockets` is the database's socket folder, to be removed after the end."""

    def __init__(self, supervisor: Supervisor, data: DataDir, options: Options, say: Say) -> None:
        self._supervisor = supervisor
        self._data = data
        self._options = options
        self._say = say
        self.sockets = _fresh_socket_folder(data)

    def run(self) -> Stack:
        """Bring all up and return where it is.

        Raises:
            StartError: something did not start.
            StoppedError: asked to end meanwhile.
        """
        supervisor, data = self._supervisor, self._data
        secrets = ensure_secrets(data)
        ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        ports[GATEWAY_API] = self._gateway_port(ports[GATEWAY_API])
        servers = self._servers()
        supervisor.start(servers.programs.values())
        addresses = Addresses(kafka=servers.kafka, databases=self._databases(servers), ports=ports)
        self._say("更新数据库结构", "bringing the databases' schemas up to date")
        supervisor.run_once(migration_programs(data, addresses, secrets))
        self._topics(servers)
        self._say("启动目录、撮合与网关服务", "starting catalog, matcher and gateway")
        services = service_programs(data, addresses, secrets)
        supervisor.start(services)
        supervisor.wait_ready(services)
        files.write_private(data.ports_file, {GATEWAY_API: ports[GATEWAY_API]})
        return Stack(
            gateway=addresses.url(GATEWAY_API),
            catalog=addresses.url(CATALOG_API),
            kafka=servers.kafka,
            data_dir=str(data.root),
            admin_key=secrets.admin_key,
            internal_token=secrets.internal_token,
            probes={name: addresses.url(name) for name in SERVICES},
        )

    def _gateway_port(self, free: int) -> int:
        wanted = self._options.port
        if wanted is not None:
            if not claim_port(wanted):
                raise StartError(f"端口 {wanted} 已被占用 · port {wanted} is taken")
            return wanted
        last = files.read(self._data.ports_file)
        if last is not None and claim_port(last[GATEWAY_API]):
            return int(last[GATEWAY_API])
        return free

    def _servers(self) -> _Servers:
        programs: dict[str, Program] = {}
        if self._options.database_url is None:
            self._say("启动 PostgreSQL", "starting PostgreSQL")
            programs["postgres"] = postgres_program(self._data.postgres, self.sockets)
        if self._options.kafka is not None:
            return _Servers(self._options.kafka, programs)
        jars = ensure_jars(progress=self._downloaded)
        self._say("启动 Kafka", "starting Kafka")
        port, controller_port = free_ports(2)
        programs["kafka"] = kafka_program(self._data.kafka, jars, port, controller_port)
        return _Servers(f"{LOOPBACK}:{port}", programs)

    def _downloaded(self, done: int, total: int) -> None:
        if self._supervisor.stopping.is_set():
            raise StoppedError
        if done % 5 == 0 or done == total:
            self._say(f"下载 Kafka {done}/{total}", f"downloading Kafka {done}/{total}")

    def _databases(self, servers: _Servers) -> dict[str, str]:
        if self._options.database_url is not None:
            return external_databases(self._options.database_url)
        self._supervisor.wait_ready([servers.programs["postgres"]])
        return embedded_databases(self.sockets)

    def _topics(self, servers: _Servers) -> None:
        if "kafka" in servers.programs:
            self._supervisor.wait_ready([servers.programs["kafka"]])
        else:
            deadline = time.monotonic() + EXTERNAL_SECONDS
            while not broker_answers(servers.kafka):
                if time.monotonic() > deadline:
                    raise StartError(f"{servers.kafka} 没有 Kafka 应答 · no Kafka answers at {servers.kafka}")
        self._say("建立主题", "making the topics")
        ensure_topics(servers.kafka)


def _fresh_socket_folder(data: DataDir) -> Path:
    """A new socket folder, written down so that the next run removes it if this one is killed."""
    left = files.read(data.sockets_file)
    if left is not None:
        remove_socket_folder(Path(left["folder"]))
    folder = socket_folder(data.sockets)
    files.write_private(data.sockets_file, {"folder": str(folder)})
    return folder
