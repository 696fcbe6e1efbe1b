"""A simulation as one page: a file that needs nothing beside it, no script and no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from duijie_shared.policy_knobs import KNOBS, value_of

from duijie_local.commands.simulate_charts import by_day_chart, counties_chart, map_chart
from duijie_local.commands.simulate_table import cleared_changes, signed, totals_rows
from duijie_local.simulation.report import report_item

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_local.simulation import Comparison

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.55 "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif;
  color: #22303a; background: #fff; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.45rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .4rem; }
p { margin: .3rem 0; } .soft { color: #5b6870; } figure { margin: .6rem 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; font-family: inherit; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .28rem .5rem; border-bottom: 1px solid #e6eaed; vertical-align: top; }
th:first-child, td:first-child { text-align: left; } thead th { color: #5b6870; font-weight: 600; }
.star { color: #b3261e; } .zero { background: #eef3f0; padding: .5rem .8rem; border-radius: .4rem; }
details { margin: .5rem 0; } summary { cursor: pointer; color: #3b6ea5; }
"""
_HEADINGS = ("基线 baseline", "政策 policy", "差 difference")


def page_of(compared: Comparison) -> str:
    """The page; the same comparison gives the same bytes with the same fonts installed."""
    item = report_item(compared)
    sellers, buyers = compared.of_side("offer"), compared.of_side("demand")
    title = f"政策模拟 · Policy simulation {item['from']} – {item['to']}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">名单 list: {escape(item["designation"])} <span class="star">★</span></p>',
        _unchanged(item),
        "<h2>改了什么 · What is changed</h2>",
        _knobs(compared),
        "<h2>合计 · Totals</h2>",
        _table(("", *_HEADINGS), totals_rows(item)),
        '<p class="soft">优先的代价: 同一政策不设倾斜时的福利, 减去其福利。'
        " · The price of priority is the welfare of the same policy without its tilt, less its welfare.</p>",
        f"<figure>{by_day_chart(compared)}</figure>",
        "<h2>产地县: 谁增谁减 · Producers' counties: who wins, who loses</h2>",
    ]
    if any(row.difference.value for row in sellers):
        parts += [
            f"<figure>{counties_chart(sellers)}</figure>",
            f"<figure>{map_chart(sellers)}</figure>",
            '<p class="soft">红色为名单内县; 实心为增, 空心为减; 面积与变化成比例。'
            " · Red: designated counties. Filled: gains, hollow: losses; areas are as the change.</p>",
        ]
    parts += [
        _details("全部产地县 · all producers' counties", _counties(item, "offer"), len(sellers)),
        _details("全部销地县 · all buyers' counties", _counties(item, "demand"), len(buyers)),
    ]
    return (
        '<!doctype html>\n<html lang="zh">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def _unchanged(item: dict[str, Any]) -> str:
    if not item["unchanged"]:
        return ""
    return '<p class="zero">两种政策的成交完全相同。 · Both policies trade the very same.</p>'


def _knobs(compared: Comparison) -> str:
    before, after = compared.baseline.replay.policy, compared.policy.replay.policy
    changed = [
        (knob, value_of(before, knob), value_of(after, knob))
        for knob in KNOBS
        if value_of(before, knob) != value_of(after, knob)
    ]
    if not changed:
        return '<p class="soft">没有 · nothing</p>'
    return _table(
        ("", "基线 baseline", "政策 policy"),
        ((f"{knob.path} ({knob.unit}) {knob.zh}", str(old), str(new)) for knob, old, new in changed),
    )


def _counties(item: dict[str, Any], side: str) -> str:
    rows = (
        (
            f"{'★ ' if row['designated'] else ''}{row['name']} {row['county'] or ''}",
            *(f"{row[of]['value']:,.0f}" for of in ("baseline", "policy")),
            signed(row["difference"]["value"]),
            cleared_changes(row),
        )
        for row in item["counties"]
        if row["side"] == side
    )
    return _table(("成交额 value, CNY", *_HEADINGS, "成交量 cleared"), rows)


def _details(summary: str, inside: str, count: int) -> str:
    return f"<details><summary>{escape(summary)} ({count})</summary>{inside}</details>"


def _table(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in headings)
    body = "".join("<tr>" + "".join(f"<td>{_starred(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"


def _starred(cell: str) -> str:
    return escape(cell).replace("★", '<span class="star">★</span>')
