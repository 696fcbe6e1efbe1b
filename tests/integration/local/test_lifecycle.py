"""Starting, ending and dying, with the real processes."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import psutil
import pytest
from duijie_local.processes.remains import Footprint, find_remains
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.state import supervisor_of
from local_stack import DUIJIE, RunningStack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.stack


def remains(stack: RunningStack) -> list[psutil.Process]:
    """Living processes of the stack other than its supervisor."""
    data = DataDir.at(stack.data_dir)
    return list(find_remains(Footprint(data.stack_name, home=("postgres", data.postgres))))


def test_down_ends_all_within_20_seconds_and_a_second_up_is_the_same_stack(own_stack: RunningStack) -> None:
    """Nothing is left running, and the next start has the same address and keys."""
    gateway, key = own_stack.gateway, own_stack.key("staff")
    assert len(remains(own_stack)) > 8
    supervisor = supervisor_of(DataDir.at(own_stack.data_dir))
    assert supervisor is not None
    supervisor.terminate()
    supervisor.wait(20)
    assert remains(own_stack) == []
    own_stack.up()
    assert own_stack.gateway == gateway
    assert own_stack.client(key).get("/v1/matches").status_code == 200


def test_what_a_killed_supervisor_left_is_ended_by_the_next_command(own_stack: RunningStack) -> None:
    """After kill -9 of the supervisor, `up` starts anew over the remains, and `down` alone clears them too."""
    for clear in (own_stack.up, own_stack.down):
        supervisor = supervisor_of(DataDir.at(own_stack.data_dir))
        assert supervisor is not None
        left = {process.pid for process in remains(own_stack)}
        supervisor.kill()
        supervisor.wait(10)
        assert left
        clear()
        assert left.isdisjoint(process.pid for process in remains(own_stack))
    assert remains(own_stack) == []


@pytest.mark.parametrize("server", ["postgres", "kafka"])
def test_a_killed_server_comes_back_and_the_services_with_it(
    stack: RunningStack, eventually: Callable[..., Any], tmp_path: Path, server: str
) -> None:
    """Database or broker killed: restarted, and a file imported afterwards goes all the way."""
    old = stack.kill(server)
    stack.wait_for_restart(server, old)
    parties = tmp_path / "parties.csv"
    parties.write_text("row_key,name,kind\np,合作社,producer\n", "utf-8")
    eventually(lambda: stack.duijie("import", parties, "--kind", "parties", status=None).returncode == 0)
    stack.wait_until_quiet()


def test_servers_that_run_elsewhere_are_used_instead(
    embedded_kafka: str, embedded_postgres: str, tmp_path: Path
) -> None:
    """With --kafka and --database-url no broker and no database is started, and the stack is ready all the same."""
    stack = RunningStack(tmp_path / "elsewhere")
    url = embedded_postgres.replace("+psycopg", "")
    try:
        stack.json("up", "--detach", "--kafka", embedded_kafka, "--database-url", url)
        assert {"postgres", "kafka"}.isdisjoint(row["name"] for row in stack.status()["processes"])
        assert stack.key("staff").startswith("dj_")
        assert not (stack.data_dir / "postgres").exists()
    finally:
        stack.down()


def test_a_foreground_up_ends_with_sigint(tmp_path: Path, eventually: Callable[..., Any]) -> None:
    """Ctrl-C ends the stack with status 0 within 20 seconds and nothing is left."""
    stack = RunningStack(tmp_path / "front")
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [DUIJIE, "up", "--json", "--data-dir", stack.data_dir], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        eventually(lambda: process.poll() is not None or "gateway" in (tmp_path / "out").read_text(), 120)
        assert process.poll() is None, (tmp_path / "out").read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert remains(stack) == []
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
            process.wait(30)
