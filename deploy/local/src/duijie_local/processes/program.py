"""A program to run: plain data, so that the list of processes of a stack is data too."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Every process of a stack carries these in its environment, whatever it does with sessions and process groups,
# so that leftovers are known for what they are (a process id alone may have been reused).
STACK_VARIABLE = "DUIJIE_STACK"
PROCESS_VARIABLE = "DUIJIE_PROCESS"


@dataclass(frozen=True, slots=True)
class Account:
    """The system account a program runs as, where it is not the caller's own."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """How a child process is run.

    `ready` says whether it serves; it is asked again and again and must answer within a second or two. `port`: the
    TCP port that it must itself be listening on before `ready` counts, since another program might answer there.
    `stop_signal` asks it to end. `prepare` runs before every start (to remove what a killed run left).
    `folder_is_own`: nothing else runs this executable in `cwd`.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    folder_is_own: bool = False
    ready: Callable[[], bool] = lambda: True
    port: int | None = None
    prepare: Callable[[], None] = lambda: None


# Given to each process by the stack, or not at all; other settings (DUIJIE_LOG_LEVEL ...) pass through.
_GIVEN = frozenset(
    {
        STACK_VARIABLE,
        PROCESS_VARIABLE,
        "DUIJIE_BOOTSTRAP_ADMIN_KEY_SHA256",
        "DUIJIE_CATALOG_URL",
        "DUIJIE_DATABASE_URL",
        "DUIJIE_DATA_DIR",
        "DUIJIE_GATEWAY_PORT",
        "DUIJIE_HOST",
        "DUIJIE_INSTANCE",
        "DUIJIE_INTERNAL_TOKEN",
        "DUIJIE_KAFKA",
        "DUIJIE_OWNER",
        "DUIJIE_PORT",
        "DUIJIE_SESSION_SECRET",
        "DUIJIE_WEBHOOK_KEY",
    }
)


def base_environment() -> dict[str, str]:
    """The caller's environment, less what the stack itself gives to a process."""
    return {name: value for name, value in os.environ.items() if name not in _GIVEN}
