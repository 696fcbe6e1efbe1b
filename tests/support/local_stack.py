"""A stack started by the `duijie` command, and what a test does with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from duijie_local.commands.status import read_status
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.quiet import readiness, wait_until_quiet
from duijie_local.stack.state import Stack, read_stack

if TYPE_CHECKING:
    from collections.abc import Callable

DUIJIE = Path(sys.executable).with_name("duijie")
COMMAND_SECONDS = 240.0
WAIT_SECONDS = 60.0

T = TypeVar("T")


def eventually(look: Callable[[], T], seconds: float = WAIT_SECONDS) -> T:
    """Call `look` until it returns something true; fail with what it returned last."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
        time.sleep(0.1)


class RunningStack:
    """A stack under `data_dir`, reached as a user reaches it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._clients: list[httpx.Client] = []

    def duijie(
        self, *arguments: object, status: int | None = 0, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a `duijie` command on this stack's data folder; `status` None takes any exit status."""
        done = subprocess.run(
            [DUIJIE, *map(str, arguments), "--data-dir", self.data_dir],
            capture_output=True,
            text=True,
            input=stdin,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert status is None or done.returncode == status, f"{done.args}: {done.stdout}{done.stderr}"
        return done

    def json(self, *arguments: object, status: int | None = 0) -> Any:
        """The result of a command with `--json`: the last line of its standard output."""
        return json.loads(self.duijie(*arguments, "--json", status=status).stdout.splitlines()[-1])

    def up(self) -> None:
        """Start it and wait until it is ready."""
        self.json("up", "--detach")

    def down(self) -> None:
        """End it."""
        for client in self._clients:
            client.close()
        self.duijie("down")

    @property
    def addresses(self) -> Stack:
        """What the stack wrote down of itself."""
        stack = read_stack(DataDir.at(self.data_dir))
        assert stack is not None, f"nothing runs in {self.data_dir}"
        return stack

    @property
    def gateway(self) -> str:
        """The gateway's base URL."""
        return self.addresses.gateway

    @property
    def admin_key(self) -> str:
        """The operator's key."""
        return self.addresses.admin_key

    def key(self, role: str, party: str | None = None, county: str | None = None) -> str:
        """A new key, made by `duijie keys create`."""
        options = [part for name, value in (("party", party), ("county", county)) if value is not None
                   for part in (f"--{name}", value)]  # fmt: skip
        return self.duijie("keys", "create", "--role", role, *options).stdout.strip()

    def client(self, key: str | None = None) -> httpx.Client:
        """An HTTP client of the gateway with a key (default: the operator's), closed at the stack's end."""
        client = httpx.Client(
            base_url=self.gateway,
            headers={"Authorization": f"Bearer {self.admin_key if key is None else key}"},
            timeout=30,
            trust_env=False,
        )
        self._clients.append(client)
        return client

    def import_file(self, path: Path, kind: str, *options: str, status: int = 0) -> Any:
        """Import a CSV file with `duijie import`; returns the finished job."""
        return self.json("import", path, "--kind", kind, *options, status=status)

    def wait_until_quiet(self, seconds: float = 120.0) -> None:
        """Wait until nothing posted is still on its way."""
        wait_until_quiet(self.addresses, seconds)

    def wait_for_orders(self, count: int) -> None:
        """Wait until `count` orders are open."""
        eventually(lambda: (self.status()["orders"] or 0) >= count)

    def status(self) -> Any:
        """What `duijie status --json` prints, without the second that a command takes to start."""
        return read_status(DataDir.at(self.data_dir), self.addresses)

    def process(self, name: str) -> dict[str, Any]:
        """A process's row of the status."""
        rows = [row for row in self.status()["processes"] if row["name"] == name]
        assert len(rows) == 1, f"{name}: {rows}"
        return dict(rows[0])

    def pid(self, name: str) -> int | None:
        """A process's id, None while it is down."""
        pid = self.process(name)["pid"]
        return None if pid is None else int(pid)

    def kill(self, name: str) -> int:
        """Kill -9 a process; returns its id."""
        pid = self.pid(name)
        assert pid is not None, f"{name} does not run"
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_restart(self, name: str, old_pid: int | None) -> int:
        """Wait until a process runs under another id than `old_pid` and is ready; returns the new id."""

        def restarted() -> int | None:
            row = self.process(name)
            return row["pid"] if row["state"] == "running" and row["pid"] != old_pid else None

        pid = eventually(restarted) or 0
        if name in self.addresses.probes:
            eventually(lambda: (readiness(self.addresses, name) or {}).get("ready"))
        return pid
