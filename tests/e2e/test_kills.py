"""kill -9 of each service once, and of the matcher in the middle of an import: the same matches after."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys import Market, write_market
from local_stack import RunningStack

pytestmark = pytest.mark.stack

DUIJIE = Path(sys.executable).with_name("duijie")
SERVICES = ("catalog-api", "catalog-relay", "catalog-worker", "matcher", "gateway-api", "gateway-projector")


@pytest.fixture(scope="module")
def stack_to_kill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One stack for all the kills: what comes after a kill must be as good as what came before."""
    running = RunningStack(tmp_path_factory.mktemp("kills"))
    try:
        running.up()
        yield running
    finally:
        running.down()


def live_set(stack: RunningStack, prefix: str) -> set[tuple[object, ...]]:
    """The live matches of the orders whose row keys start with `prefix`, by row keys."""
    staff = stack.client(stack.key("staff"))
    rows = {
        order["id"]: order["row_key"]
        for kind in ("offers", "demands")
        for order in pages(staff, f"/v1/{kind}")
        if (order["row_key"] or "").startswith(prefix)
    }
    return {
        (rows[item["offer"]], rows[item["demand"]], item["kind"], item["quantity"], item["score"])
        for item in pages(staff, "/v1/matches")
        if item["offer"] in rows and item["demand"] in rows
    }


def matched(stack: RunningStack, prefix: str) -> bool:
    """Whether any order whose row key starts with `prefix` has a live match, with whomever."""
    staff = stack.client(stack.key("staff"))
    ids = {
        order["id"]
        for kind in ("offers", "demands")
        for order in pages(staff, f"/v1/{kind}")
        if (order["row_key"] or "").startswith(prefix)
    }
    return any(item["offer"] in ids or item["demand"] in ids for item in pages(staff, "/v1/matches"))


def pages(client: Any, path: str) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = client.get(path, params={"limit": 200} | ({"cursor": cursor} if cursor else {})).json()
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


def matched_on_files(market: Market, out: Path, as_of: str) -> set[tuple[object, ...]]:
    """What the pure matcher says of the same files."""
    subprocess.run(
        [DUIJIE, "match", market.offers, market.demands, "--as-of", as_of, "--out", out],
        check=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {
        (line["offer"], line["demand"], line["kind"], line["quantity"], line["score"])
        for line in lines
        if line["kind"] in {"plan", "alternative"}
    }


def test_the_matcher_killed_in_the_middle_of_an_import_ends_with_the_same_matches(
    stack_to_kill: RunningStack, tmp_path: Path
) -> None:
    """The live set equals the pure function over the files, which no process can disturb."""
    stack = stack_to_kill
    market = write_market(tmp_path, "k", offers=1500, demands=300, seed=7)
    stack.import_file(market.parties, "parties")
    stack.import_file(market.demands, "demands")

    imported = threading.Thread(target=stack.import_file, args=(market.offers, "offers"))
    imported.start()
    stack.wait_for_orders(500)
    stack.kill("matcher")
    imported.join()
    stack.wait_until_quiet()

    as_of = stack.client(stack.key("staff")).get("/v1/plans").json()["items"][0]["as_of"]
    expected = matched_on_files(market, tmp_path / "matches.jsonl", as_of)
    assert len(expected) > 1000
    assert live_set(stack, "k-") == expected


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_killed_once_comes_back_to_the_same_matches(
    stack_to_kill: RunningStack, tmp_path: Path, service: str
) -> None:
    """A killed service is restarted under a new pid, and what was live is live again; new orders are served."""
    stack = stack_to_kill
    first = write_market(tmp_path, f"s-{service}-", offers=60, demands=20, seed=1)
    for file, kind in ((first.parties, "parties"), (first.demands, "demands"), (first.offers, "offers")):
        stack.import_file(file, kind)
    stack.wait_until_quiet()
    before = live_set(stack, "")
    old = stack.pid(service)
    stack.kill(service)
    stack.wait_for_restart(service, old)
    stack.wait_until_quiet()
    assert stack.pid(service) != old
    assert live_set(stack, "") == before

    later = write_market(tmp_path, f"t-{service}-", offers=20, demands=10, seed=2)
    for file, kind in ((later.parties, "parties"), (later.demands, "demands"), (later.offers, "offers")):
        stack.import_file(file, kind)
    stack.wait_until_quiet()
    assert matched(stack, f"t-{service}-")
