"""The charts of a simulation's page."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from duijie_shared.values import VALUE_SCALE
from matplotlib.ticker import FuncFormatter, MaxNLocator

from duijie_local.drawing.figures import DESIGNATED, INK, MUTED, OTHER, new_figure, svg_of
from duijie_local.drawing.maps import country, seat_of
from duijie_local.simulation.report import county_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from duijie_local.simulation import Comparison, CountyRow, Replay

BARS = 14
"""Winners, and losers, that the bars show."""
_LARGEST_DOT = 260.0


def by_day_chart(compared: Comparison) -> str:
    """Value and welfare traded up to each day under both policies."""
    figure = new_figure(8.6, 3.0)
    for axes, (title, money) in zip(
        figure.subplots(1, 2),
        (("累计成交额 value so far", "value"), ("累计福利 welfare so far", "welfare")),
        strict=True,
    ):
        for run, colour, style, label in (
            (compared.baseline, MUTED, "-", "基线 baseline"),
            (compared.policy, DESIGNATED, "--", "政策 policy"),
        ):
            days, sums = _running(run.replay, money)
            axes.step(days, sums, where="post", color=colour, linestyle=style, linewidth=1.8, label=label)
        axes.set_title(title, fontsize=10, loc="left", color=INK)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("第几天 day of the period", fontsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _plain(axes)
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    return svg_of(figure)


def counties_chart(rows: list[CountyRow]) -> str:
    """Bars of the counties that gain and lose most value; designated ones in their colour, with a star."""
    winners = [row for row in rows if row.difference.value > 0][:BARS]
    losers = [row for row in rows if row.difference.value < 0][-BARS:]
    shown = [*winners, *losers]
    figure = new_figure(8.6, max(1.2, 0.25 * len(shown) + 0.7))
    axes = figure.subplots()
    places = list(range(len(shown)))
    amounts = [_cny(row.difference.value) for row in shown]
    axes.barh(
        places, amounts, color=[DESIGNATED if row.is_designated else OTHER for row in shown], height=0.72
    )
    names = [f"{'★ ' if row.is_designated else ''}{county_name(row.county)}" for row in shown]
    axes.set_yticks(places, names, fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("成交额之差, 元 change of value, CNY", fontsize=8)
    _plain(axes, along="x")
    return svg_of(figure)


def map_chart(rows: list[CountyRow]) -> str:
    """Counties at their seats, larger the more their value changes: filled where it rises, hollow where it falls."""
    changed = [row for row in rows if row.difference.value and seat_of(row.county)]
    figure = new_figure(8.6, 5.6)
    axes = country(figure)
    most = max((abs(row.difference.value) for row in changed), default=1)
    for row in sorted(changed, key=lambda each: -abs(each.difference.value)):
        longitude, latitude = seat_of(row.county) or (0.0, 0.0)
        colour = DESIGNATED if row.is_designated else OTHER
        axes.scatter(
            longitude,
            latitude,
            s=max(4.0, _LARGEST_DOT * abs(row.difference.value) / most),
            facecolor=colour if row.difference.value > 0 else "none",
            edgecolor=colour,
            alpha=0.75,
            linewidths=1,
        )
    return svg_of(figure)


def _running(replay: Replay, money: str) -> tuple[list[int], list[float]]:
    sums = dict.fromkeys(replay.period, 0)
    for trade in replay.trades:
        sums[trade.day] += getattr(trade, money)
    totals = [_cny(each) for each in itertools.accumulate(sums.values())]
    # From nothing on the first day, and the last day's step to its end.
    return [1, *range(1, len(totals) + 2)], [0.0, *totals, totals[-1]]


def _plain(axes: Axes, along: str = "y") -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=8, color=MUTED)
    axis = axes.yaxis if along == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value)))
    axis.grid(visible=True, color="#e6eaed", linewidth=0.8)
    axes.set_axisbelow(True)


def _short(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g} {letter}"
    return f"{value:g}"


def _cny(value: int) -> float:
    return value / VALUE_SCALE
