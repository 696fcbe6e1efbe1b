"""Draws what priority costs on the demo market, for the documents, and prints its figures.

`.venv/bin/python tests/benchmarks/priority_pictures.py` makes `docs/images/frontier.svg` and `docs/images/plan.svg` anew. A
Chinese font is needed (Debian: fonts-noto-cjk); the figures are the same on any machine.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from duijie_local.commands.demo import SEED
from duijie_local.commands.match_files import Rows
from duijie_local.demo import write_demo_market
from duijie_local.drawing.figures import DESIGNATED, INK, OTHER, installed_fonts, new_figure, svg_of
from duijie_local.drawing.maps import country, seat_of
from duijie_local.simulation import Period, Posting, Totals, Trade, compare, replay, totals_of
from duijie_shared.events.policy import Policy, TiltPolicy
from duijie_shared.taxonomy import taxonomy
from duijie_shared.values import QUANTITY_SCALE, VALUE_SCALE
from matplotlib.ticker import PercentFormatter
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
DAY = dt.date(2026, 11, 1)
FLOORS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BONUSES = (0.05, 0.1, 0.2, 0.3, 0.5)
SHOWN_MARKET, SHOWN_FLOOR = "sweet_potato", 0.5
_WIDEST = 4.5
"""Points, of the line with the most quantity."""
_TOO_CLOSE = 0.001
"""Welfare given up below which a point lies on the first and its name would cover it."""


@dataclass(frozen=True)
class Point:
    """One policy: the designated share of the value, and the welfare given up as a share of that without tilt."""

    name: str
    share: float
    given_up: float


def tilted(bonus: float = 0.0, floor: float = 0.0) -> Policy:
    """The default policy with another tilt; a floor is of value."""
    return Policy(tilt=TiltPolicy(bonus=bonus, floor=floor, floor_of="value"))


def demo_postings() -> list[Posting]:
    """The orders of the demo market as on the day of the pictures."""
    rows = Rows()
    with tempfile.TemporaryDirectory() as folder:
        market = write_demo_market(Path(folder), as_of=DAY, seed=SEED)
        rows.read_orders(market.offers, "offer", DAY)
        rows.read_orders(market.demands, "demand", DAY)
    return [Posting(order) for order in rows.orders]


def totals(postings: Sequence[Posting], policy: Policy) -> Totals:
    """What one clearing of all markets comes to."""
    return totals_of(replay(postings, policy, Period(DAY, DAY)).trades, policy.tilt.designation)


def points(postings: Sequence[Posting]) -> tuple[list[Point], list[Point]]:
    """The frontier by bonuses and that by floors, both from the plan without tilt."""
    neutral = totals(postings, tilted())

    def point(name: str, policy: Policy) -> Point:
        found = totals(postings, policy)
        return Point(name, found.tilt_share, 1 - found.welfare / neutral.welfare)

    start = Point("0", neutral.tilt_share, 0.0)
    return (
        [start, *(point(f"{bonus:g}", tilted(bonus=bonus)) for bonus in BONUSES)],
        [start, *(point(f"{floor:g}", tilted(floor=floor)) for floor in FLOORS)],
    )


def frontier(by_bonus: list[Point], by_floor: list[Point]) -> str:
    """Welfare given up against the share reached."""
    figure = new_figure(7.6, 4.2)
    axes = figure.subplots()
    for curve, colour, label, above in (
        (by_bonus, OTHER, "加分 bonus, share of the bid", False),
        (by_floor, DESIGNATED, "各市场下限 floor of every market, of value", True),
    ):
        axes.plot([each.share for each in curve], [each.given_up for each in curve], "-o", color=colour,
                  markersize=4.5, linewidth=1.6, label=label)  # fmt: skip
        _label(axes, curve[1:], colour, above=above)
    axes.set_xlabel("名单内县占成交额的份额 · designated share of the value cleared")
    axes.set_ylabel("放弃的福利 · welfare given up")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(visible=True, color="#e6eaed", linewidth=0.8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    return svg_of(figure, text=False)


def _label(axes: Axes, curve: list[Point], colour: str, *, above: bool) -> None:
    for each in curve:
        if each.given_up < _TOO_CLOSE:
            continue
        axes.annotate(
            each.name,
            (each.share, each.given_up),
            xytext=(-5, 5) if above else (6, -10),
            textcoords="offset points",
            ha="right" if above else "left",
            fontsize=8,
            color=colour,
        )


def plan_map(postings: Sequence[Posting]) -> str:
    """One market's plan under a floor: a line for each pair, from the producer's county to the buyer's."""
    orders = [each for each in postings if each.order.market == SHOWN_MARKET]
    compared = compare(orders, tilted(), tilted(floor=SHOWN_FLOOR), Period(DAY, DAY))
    run = compared.policy
    figure = new_figure(7.6, 5.6)
    axes = country(figure)
    most = max(trade.quantity for trade in run.replay.trades)
    for trade in run.replay.trades:
        _line(axes, trade, compared.designation, most)
    for colour, label in ((DESIGNATED, "名单内县的供应 designated offers"), (OTHER, "其他供应 other offers")):
        axes.plot([], [], color=colour, linewidth=2.4, label=label)
    axes.plot([], [], "s", color=INK, markersize=5, linestyle="none", label="需求 demands")
    axes.legend(frameon=False, loc="lower left", fontsize=9)
    product = next(each for each in taxonomy().products if each.slug == SHOWN_MARKET)
    axes.set_title(
        f"{product.name_zh} · {product.name_en}: "
        f"{sum(run.totals.quantity.values()) / QUANTITY_SCALE / 1000:,.0f} t, "
        f"下限 floor {SHOWN_FLOOR:.0%}\n"
        f"名单内县份额 share {run.neutral.tilt_share:.0%} → {run.totals.tilt_share:.0%}, "
        f"福利 welfare {run.neutral.welfare / VALUE_SCALE:,.0f} → {run.totals.welfare / VALUE_SCALE:,.0f} CNY, "
        f"代价 price {run.price_of_priority / VALUE_SCALE:,.0f} CNY",
        fontsize=10,
        loc="left",
        color=INK,
    )
    return svg_of(figure, text=False)


def _line(axes: Axes, trade: Trade, designation: str, most: int) -> None:
    begin, end = seat_of(trade.offer_county), seat_of(trade.demand_county)
    if begin is None or end is None:
        return
    colour = DESIGNATED if designation in trade.designations else OTHER
    width = 0.6 + _WIDEST * trade.quantity / most
    axes.plot([begin[0], end[0]], [begin[1], end[1]], color=colour, linewidth=width, alpha=0.6,
              solid_capstyle="round")  # fmt: skip
    axes.plot(*begin, "o", color=colour, markersize=4)
    axes.plot(*end, "s", color=INK, markersize=5)


def main() -> None:
    """Draw both pictures and print the frontier."""
    if not installed_fonts():
        sys.exit("没有中文字体 · no Chinese font (Debian: apt-get install fonts-noto-cjk)")
    postings = demo_postings()
    by_bonus, by_floor = points(postings)
    table = Table("加分 bonus", "下限 floor", "份额 share", "放弃的福利 welfare given up")
    for bonus, floor, curve in (("", None, by_floor), (None, "", by_bonus)):
        for each in curve:
            table.add_row(
                each.name if bonus is None else bonus,
                each.name if floor is None else floor,
                f"{each.share:.1%}",
                f"{each.given_up:.2%}",
            )
    Console().print(table)
    for name, drawn in (("frontier", frontier(by_bonus, by_floor)), ("plan", plan_map(postings))):
        (IMAGES / f"{name}.svg").write_text(drawn, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
