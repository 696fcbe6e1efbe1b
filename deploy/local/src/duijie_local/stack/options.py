"""How a stack is to be started."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

KAFKA_VARIABLE = "DUIJIE_KAFKA"
DATABASE_VARIABLE = "DUIJIE_DATABASE_URL"
OWNER_VARIABLE = "DUIJIE_OWNER"
PORT_VARIABLE = "DUIJIE_GATEWAY_PORT"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process whose end ends the stack."""

    pid: int
    started: float


@dataclass(frozen=True, slots=True)
class Options:
    """`port`: the gateway's (None: the last one or a free one). `kafka` (host:port) and `database_url`: servers
    that run elsewhere (None: embedded). `owner`: end with that process (None: when told to).
    """

    port: int | None = None
    kafka: str | None = None
    database_url: str | None = None
    owner: Owner | None = None

    def to_environment(self) -> dict[str, str]:
        """As environment variables: a password in a URL must not be seen in the list of processes."""
        given = {
            PORT_VARIABLE: self.port,
            KAFKA_VARIABLE: self.kafka,
            DATABASE_VARIABLE: self.database_url,
            OWNER_VARIABLE: None if self.owner is None else f"{self.owner.pid} {self.owner.started!r}",
        }
        return {name: str(value) for name, value in given.items() if value is not None}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Options":
        """The reverse of `to_environment`."""
        given = os.environ if environment is None else environment
        port, owner = given.get(PORT_VARIABLE), given.get(OWNER_VARIABLE)
        pid, _, started = (owner or "").partition(" ")
        return cls(
            port=int(port) if port else None,
            kafka=given.get(KAFKA_VARIABLE) or None,
            database_url=given.get(DATABASE_VARIABLE) or None,
            owner=Owner(int(pid), float(started)) if owner else None,
        )
