"""A simulation as tables for people: totals of both policies, then who wins and who loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from duijie_local.commands.match_table import NARROWEST
from duijie_local.simulation.report import report_item

if TYPE_CHECKING:
    from duijie_local.simulation import Comparison

SHOWN = 10
"""Winners, and losers, that the terminal shows; the page and `--json` have all."""


def show_comparison(compared: Comparison) -> None:
    """Print the totals and the producers' counties that gain and lose most; designated ones carry ★."""
    item = report_item(compared)
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, NARROWEST))
    console.print(_totals(item))
    rows = [row for row in item["counties"] if row["side"] == "offer"]
    winners = [row for row in rows if row["difference"]["value"] > 0][:SHOWN]
    losers = [row for row in reversed(rows) if row["difference"]["value"] < 0][:SHOWN]
    if winners:
        console.print(_counties("增加最多的产地县 · producers' counties that win most", winners))
    if losers:
        console.print(_counties("减少最多的产地县 · producers' counties that lose most", losers))
    if item["unchanged"]:
        console.print("两种政策的成交完全相同 · both policies trade the very same")


def totals_rows(item: dict[str, Any]) -> list[tuple[str, ...]]:
    """What is told of both policies: name, baseline, policy, difference."""
    baseline, policy, difference = item["baseline"], item["policy"], item["difference"]
    rows: list[tuple[str, ...]] = [
        (name, *(f"{of[key]:,.0f}" for of in (baseline, policy)), signed(difference[key]))
        for name, key in (
            ("福利 welfare, CNY", "welfare"),
            ("成交额 value, CNY", "value"),
            ("名单内县成交额 designated value, CNY", "designated_value"),
        )
    ]
    for unit in difference["cleared"]:
        amounts = [of["cleared"].get(unit, {}).get("quantity", 0) for of in (baseline, policy)]
        change = difference["cleared"][unit]["quantity"]
        rows.append((f"成交量 cleared, {unit}", *(f"{each:,.0f}" for each in amounts), signed(change)))
    rows.append(
        (
            "名单内县份额 tilt share",
            *(f"{of['tilt_share']:.1%}" for of in (baseline, policy)),
            f"{100 * difference['tilt_share']:+.1f} pp",
        )
    )
    rows.append(
        (
            "优先的代价 price of priority, CNY",
            *(f"{of['price_of_priority']:,.0f}" for of in (baseline, policy)),
            signed(difference["price_of_priority"]),
        )
    )
    rows.append(
        (
            "名单内每多成交 1 元的代价 price per CNY of it",
            *(_per_value(of["price_per_designated_value"]) for of in (baseline, policy)),
            "",
        )
    )
    return rows


def cleared_changes(row: dict[str, Any]) -> str:
    """What a county's cleared quantity changes by, unit by unit."""
    changes = {unit: each["quantity"] for unit, each in row["difference"]["cleared"].items()}
    return ", ".join(f"{change:+,g} {unit}" for unit, change in changes.items() if change) or "0"


def signed(change: float) -> str:
    """A change with its sign, to whole units; 0 where there is none to speak of."""
    return f"{change:+,.0f}" if round(change) else "0"


def _per_value(price: float | None) -> str:
    return "—" if price is None else f"{price:.3f}"


def _totals(item: dict[str, Any]) -> Table:
    table = Table(title=f"{item['from']} – {item['to']}  ({item['designation']})", title_justify="left")
    table.add_column("")
    for heading in ("基线 baseline", "政策 policy", "差 difference"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in totals_rows(item):
        table.add_row(*row)
    return table


def _counties(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "县 county", ""):
        table.add_column(heading)
    for heading in ("基线 baseline, CNY", "政策 policy, CNY", "差 difference, CNY", "成交量 cleared"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            "★" if row["designated"] else "",
            row["name"],
            row["county"] or "",
            *(f"{row[of]['value']:,.0f}" for of in ("baseline", "policy")),
            signed(row["difference"]["value"]),
            cleared_changes(row),
        )
    return table
