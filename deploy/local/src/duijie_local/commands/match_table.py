"""Matches as a table for people."""

from typing import Any

import typer
from duijie_shared.geography import counties, designations
from duijie_shared.taxonomy import taxonomy
from rich.console import Console
from rich.table import Table
from rich.text import Text

NARROWEST = 120
_NUMBERS = {"数量 quantity", "到货 landed", "出价 bid", "距离 km", "得分 score"}


def show_best(items: list[dict[str, Any]]) -> None:
    """Print matches, best first; offers of designated counties carry ★."""
    table = Table(title="优先撮合建议 · best matches", title_justify="left")
    for heading in (
        *("", "产品 product", "产地 → 销地 from → to", "数量 quantity"),
        *("到货 landed", "出价 bid", "距离 km", "得分 score"),
    ):
        table.add_column(
            heading, justify="right" if heading in _NUMBERS else "left", no_wrap=heading in _NUMBERS
        )
    for item in items:
        table.add_row(
            "★" if item["tilt"]["designations"] else "",
            _product(item["product"]),
            Text(f"{_county(item.get('offer_county'))} → {_county(item.get('demand_county'))}"),
            f"{item['quantity']:,g} {item['unit']}",
            _number(item["landed_cost"]),
            _number(item["bid_price"]),
            f"{item['distance_km']:,.0f}",
            f"{item['score']:g}",
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, NARROWEST))
    console.print(table)
    lists = dict.fromkeys(code for item in items for code in item["tilt"]["designations"])
    zh, en = ("; ".join(_title(code, lang) for code in lists) for lang in ("zh", "en"))
    typer.echo(
        f"★ 供应来自优先名录中的县: {zh or '无'} · the offer is from a county of the preferred list: {en or 'none'}"
    )


def show_first_reason(items: list[dict[str, Any]]) -> None:
    """Print why the first match was made, in both languages."""
    if not items:
        typer.echo("没有撮合建议 · no matches")
        return
    reasons = items[0]["reasons"]
    typer.echo("\n第一条的理由 · why the first one:")
    for reason in (*reasons["zh"], *reasons["en"]):
        typer.echo(f"  {reason}")


def _product(slug: str) -> str:
    product = taxonomy().product(slug)
    return f"{product.name_zh} {product.name_en}"


def _county(code: str | None) -> str:
    if code is None:
        return "-"
    county = counties().get(code)
    return f"{county.province}{county.name_zh}"


def _title(code: str, lang: str) -> str:
    return designations().title(code, lang) if code in designations().lists else code


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"
