"""`duijie demo --exit`, as a newcomer runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.stack

DUIJIE = Path(sys.executable).with_name("duijie")


def test_the_demo_prints_matches_with_reasons_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A table with designated rows marked, reasons in both languages, a key that is ready; twice in a row."""
    data_dir = tmp_path / "data of the demo"
    for _ in range(2):
        done = subprocess.run(
            [DUIJIE, "demo", "--exit", "--data-dir", data_dir],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
            env={"PATH": "/usr/bin:/bin", "COLUMNS": "160", "LANG": "C.UTF-8", "HOME": str(Path.home())},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "★" in done.stdout
        assert "dj_" in done.stdout
        assert "http://127.0.0.1:" in done.stdout
        left = [
            p for p in psutil.process_iter(["cmdline"]) if str(data_dir) in " ".join(p.info["cmdline"] or ())
        ]
        assert left == []


def test_a_demo_that_stays_up_is_ended_from_elsewhere(tmp_path: Path) -> None:
    """`duijie down` in another terminal ends the stack and the waiting demo with it."""
    data_dir = tmp_path / "data"
    demo = subprocess.Popen(
        [DUIJIE, "demo", "--data-dir", data_dir], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert demo.stdout is not None
    assert any("dj_" in line for line in demo.stdout), "the demo ended before it showed its key"
    subprocess.run([DUIJIE, "down", "--data-dir", data_dir], check=True, timeout=60)
    assert demo.wait(30) == 0
