"""The import contracts of pyproject.toml hold; `make lint` prints the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sources import ROOT


def test_the_import_contracts_are_kept() -> None:
    """Services apart, layers inside each, domain and matching free of frameworks even through others."""
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stdout[-4000:]
