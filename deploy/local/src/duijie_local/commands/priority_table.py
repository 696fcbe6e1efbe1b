"""What the tilt's floor costs, market by market, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.taxonomy import taxonomy
from rich.console import Console
from rich.table import Table

from duijie_local.commands.match_table import NARROWEST

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 40
"""Markets shown, the dearest floors first."""
STATUS = {"met": "达到 met", "infeasible": "不可行 infeasible"}
HEADINGS = ("市场 market", "下限 floor", "达到 reached", "影子价格 shadow price", "让出 given up, CNY", "")


def show_priority(markets: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the price of priority on standard error; nothing where the policy sets no floor."""
    floored = [plan for plan in markets.values() if plan["floor"] is not None]
    if not floored:
        return
    table = Table(title="优先的代价 · the price of priority", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in (HEADINGS[0], "") else "right")
    for plan in sorted(floored, key=lambda each: -(each["welfare_given_up"] or 0))[:SHOWN]:
        table.add_row(
            _market(plan["market"]),
            f"{plan['floor']:.1%}",
            f"{plan['tilt_share']:.1%}",
            "" if plan["shadow_price"] is None else f"{plan['shadow_price']:,.4f}",
            f"{plan['welfare_given_up'] or 0:,.0f}",
            STATUS[plan["floor_status"]],
        )
    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=max(console.width, NARROWEST))
    console.print(table)


def _market(code: str) -> str:
    products = taxonomy()
    try:
        product = products.product(code)
    except KeyError:
        return code
    return f"{product.name_zh} {product.name_en}"
