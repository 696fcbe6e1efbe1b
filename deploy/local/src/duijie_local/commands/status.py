"""`duijie status`: what runs, how often it was restarted, how much there is and how far behind it is."""

from typing import Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    print_json,
    running_stack,
)
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.quiet import PROBE_SECONDS, readiness
from duijie_local.stack.state import Running, Stack, read_processes


def status_command(*, data_dir: DataDirOption = DEFAULT_DATA_DIR, as_json: JsonOption = False) -> None:
    """运行状况 · what runs and how it fares."""
    data = DataDir.at(data_dir)
    stack = running_stack(data)
    found = read_status(data, stack)
    if as_json:
        print_json(found)
    else:
        _show(found)


def read_status(data: DataDir, stack: Stack) -> dict[str, Any]:
    """The status as `--json` prints it; a figure is null while the process that knows it does not answer.

    `orders` counts open orders, `matches` live ones, `consumer_lag` events by consumer, `webhook_backlog` messages.
    """
    matcher = readiness(stack, "matcher") or {}
    projector = readiness(stack, "gateway-projector") or {}
    return {
        "gateway": stack.gateway,
        "data_dir": stack.data_dir,
        "processes": [_process(row) for row in read_processes(data)],
        "orders": _open_orders(stack),
        "matches": matcher.get("matches"),
        "consumer_lag": {"matcher": matcher.get("lag"), "gateway-projector": projector.get("lag")},
        "webhook_backlog": (readiness(stack, "gateway-sender") or {}).get("backlog"),
    }


def _process(row: Running) -> dict[str, Any]:
    state = row.state
    if row.pid is not None and row.find() is None:
        state = "dead"  # noticed before the supervisor wrote it down
    return {"name": row.name, "pid": row.pid, "state": state, "restarts": row.restarts}


def _open_orders(stack: Stack) -> int | None:
    try:
        answer = httpx.get(
            f"{stack.catalog}/statistics",
            headers={"Authorization": f"Bearer {stack.internal_token}", "X-Role": "admin"},
            timeout=PROBE_SECONDS,
            trust_env=False,
        )
        answer.raise_for_status()
    except httpx.HTTPError:
        return None
    return int(answer.json()["orders"]["open"])


def _show(found: dict[str, Any]) -> None:
    table = Table(title=f"{found['gateway']}  {found['data_dir']}", title_justify="left")
    for zh, en in (("进程", "process"), ("进程号", "pid"), ("状态", "state"), ("重启次数", "restarts")):
        table.add_column(f"{zh} {en}")
    for row in found["processes"]:
        table.add_row(row["name"], str(row["pid"] or "-"), row["state"], str(row["restarts"]))
    Console().print(table)
    lag = ", ".join(f"{name} {value}" for name, value in found["consumer_lag"].items())
    typer.echo(f"未结订单 open orders: {found['orders']}  撮合 matches: {found['matches']}")
    typer.echo(f"消费滞后 consumer lag: {lag}  待发 webhook backlog: {found['webhook_backlog']}")
