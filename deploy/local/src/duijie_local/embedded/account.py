"""The account PostgreSQL runs as: it refuses to run as root, so root runs it as an unprivileged one."""

import logging
import os
import pwd
import stat
from pathlib import Path

from duijie_local.processes.program import Account

_CANDIDATES = ("postgres", "nobody")
_SEARCH = stat.S_IXOTH

_log = logging.getLogger(__name__)


def database_account(folder: Path) -> Account | None:
    """Choose the account for the database in `folder`: None (the caller's own) unless the caller is root.

    A folder that exists keeps the account it has; else the account `postgres` where the machine has one, else
    `nobody`. No account is created.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        owner = folder.stat()
        return Account(owner.st_uid, owner.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise RuntimeError(f"no unprivileged account of {_CANDIDATES} for the database: give --database-url")


def open_path(folder: Path) -> list[Path]:
    """Let every account pass through the folders above `folder`, without letting it list them.

    Root's home is closed to others on most systems, and the database cannot otherwise reach its files below it.
    Returns the folders that were changed.
    """
    changed = []
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & _SEARCH:
            parent.chmod(stat.S_IMODE(mode) | _SEARCH)
            _log.warning("%s: opened for passing through (o+x), as the database runs unprivileged", parent)
            changed.append(parent)
    return changed


def open_tree(folder: Path) -> None:
    """Let every account read the tree `folder` (PostgreSQL's programs, where the umask was strict)."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        wanted = stat.S_IROTH | (_SEARCH if path.is_dir() or mode & stat.S_IXUSR else 0)
        if mode & wanted != wanted:
            path.chmod(stat.S_IMODE(mode) | wanted)
