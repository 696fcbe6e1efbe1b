"""The services' processes: which there are, and what each is told."""

import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from duijie_local.embedded.ports import LOOPBACK
from duijie_local.processes.program import Program
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.secrets import Secrets

CATALOG_API, GATEWAY_API = "catalog-api", "gateway-api"
# Supervised name -> module and its argument.
SERVICES = {
    CATALOG_API: ("duijie_catalog", "api"),
    "catalog-relay": ("duijie_catalog", "relay"),
    "catalog-worker": ("duijie_catalog", "worker"),
    "matcher": ("duijie_matcher", "run"),
    GATEWAY_API: ("duijie_gateway", "api"),
    "gateway-projector": ("duijie_gateway", "projector"),
    "gateway-sender": ("duijie_gateway", "sender"),
    "gateway-notifier": ("duijie_gateway", "notifier"),
}
MIGRATIONS = {
    "catalog-migrate": ("duijie_catalog", "migrate"),
    "gateway-migrate": ("duijie_gateway", "migrate"),
}
PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """`kafka`: host:port. `databases`: SQLAlchemy URL by service's module. `ports`: HTTP port by process."""

    kafka: str
    databases: Mapping[str, str]
    ports: Mapping[str, int]

    def url(self, process: str) -> str:
        """The base URL of a process's API or probe."""
        return f"http://{LOOPBACK}:{self.ports[process]}"


def service_programs(data: DataDir, addresses: Addresses, secrets: Secrets) -> list[Program]:
    """The processes that serve."""
    return [_service(name, data, addresses, secrets) for name in SERVICES]


def migration_programs(data: DataDir, addresses: Addresses, secrets: Secrets) -> list[Program]:
    """The processes that bring the databases' schemas up to date and end."""
    programs = []
    for name, (module, argument) in MIGRATIONS.items():
        environment = _environment(module, addresses, secrets)
        environment["DUIJIE_BOOTSTRAP_ADMIN_KEY_SHA256"] = secrets.admin_key_sha256
        programs.append(_program(name, module, argument, data, environment))
    return programs


def is_ready(port: int) -> bool:
    """Whether `/readyz` at the loopback port answers 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _service(name: str, data: DataDir, addresses: Addresses, secrets: Secrets) -> Program:
    module, argument = SERVICES[name]
    port = addresses.ports[name]
    environment = _environment(module, addresses, secrets) | {
        "DUIJIE_PORT": str(port),
        "DUIJIE_INSTANCE": name,
        "DUIJIE_DATA_DIR": str(data.scratch(name)),
    }
    return _program(name, module, argument, data, environment, port)


def _program(
    name: str,
    module: str,
    argument: str,
    data: DataDir,
    environment: dict[str, str],
    port: int | None = None,
) -> Program:
    folder = data.scratch(name)
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        name=name,
        argv=(sys.executable, "-m", module, argument),
        cwd=folder,
        environment=environment,
        port=port,
        ready=(lambda: True) if port is None else (lambda: is_ready(port)),
    )


def _environment(module: str, addresses: Addresses, secrets: Secrets) -> dict[str, str]:
    environment = {
        "DUIJIE_HOST": LOOPBACK,
        "DUIJIE_KAFKA": addresses.kafka,
        "DUIJIE_INTERNAL_TOKEN": secrets.internal_token,
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if module in addresses.databases:
        environment["DUIJIE_DATABASE_URL"] = addresses.databases[module]
    if module == "duijie_gateway":
        environment["DUIJIE_CATALOG_URL"] = addresses.url(CATALOG_API)
        environment["DUIJIE_SESSION_SECRET"] = secrets.session_secret
        environment["DUIJIE_WEBHOOK_KEY"] = secrets.webhook_key
    return environment
