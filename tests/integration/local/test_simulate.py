"""`duijie simulate` on the topics of a running stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journeys import day, write_market

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack import RunningStack

pytestmark = pytest.mark.stack


def test_a_stack_is_replayed_under_its_own_policy_and_another(stack: RunningStack, tmp_path: Path) -> None:
    """Its own policy changes nothing; a high bonus does not lower the designated share; nothing in the stack moves."""
    files = write_market(tmp_path, "simulated", offers=60, demands=15, seed=8)
    for kind in ("parties", "offers", "demands"):
        stack.import_file(getattr(files, kind), kind)
    stack.wait_until_quiet()
    before = stack.json("status")["orders"]
    own, high = tmp_path / "own.toml", tmp_path / "high.toml"
    own.write_text(stack.duijie("policy", "show").stdout, encoding="utf-8")
    high.write_text("[tilt]\nbonus = 0.5\n", encoding="utf-8")
    days = ("--from", day(0), "--to", day(1))
    same = stack.json("simulate", *days, "--policy", own)
    assert same["unchanged"]
    assert same["baseline"]["lines"] > 0
    other = stack.json("simulate", *days, "--policy", high)
    assert other["baseline"] == same["baseline"]
    assert other["policy"]["tilt_share"] >= other["baseline"]["tilt_share"]
    assert stack.json("status")["orders"] == before
