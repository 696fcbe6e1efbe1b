"""Seconds of `make demo ARGS=--exit`: cold in a fresh clone with empty caches, and warm, run again there.

    python tests/benchmarks/demo_seconds.py

Cold includes making `.venv`, downloading every package and the broker's jars, and starting from empty
folders; so it depends on the network. Warm is what a second run costs.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def run() -> dict[str, float]:
    """Seconds of the first and of the second demo in a clone of the committed state."""
    with tempfile.TemporaryDirectory(prefix="duijie-bench-") as directory:
        clone = Path(directory) / "clone"
        subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"}
        }
        environment = kept | {
            "XDG_CACHE_HOME": str(Path(directory) / "cache"),
            "UV_CACHE_DIR": str(Path(directory) / "uv"),
        }
        return {f"{name}_s": _demo(clone, environment) for name in ("cold", "warm")}


def _demo(clone: Path, environment: dict[str, str]) -> float:
    begun = time.monotonic()
    subprocess.run(
        ["make", "demo", "ARGS=--exit"], cwd=clone, env=environment, check=True, capture_output=True
    )
    return time.monotonic() - begun


if __name__ == "__main__":
    print("  ".join(f"{name} {value:.1f}" for name, value in run().items()))
