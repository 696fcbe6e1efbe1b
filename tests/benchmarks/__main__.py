"""Every figure that the documentation quotes: `make bench`, or `make bench ARGS="--only latency"`.

Speed is shown beside a baseline measured in the same run wherever one exists; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable

import candidate_edges
import churn
import demo_seconds
import feed_reading
import floor
import import_rows
import killed_subscribers
import latency
import matcher_throughput
import optimality
import pair_scoring
import pooling
import post_latency
import relay_throughput
import scale
import top_twenty
from rich.console import Console
from rich.table import Table

SECTIONS: dict[str, tuple[str, Callable[[], dict[str, float]]]] = {
    "pairs": ("配对评分 · gates and score of a pair, beside NumPy haversine", pair_scoring.run),
    "top20": (
        "新单排序 · one new order ranked to its top 20 against 5,000, beside the same as SQL in PostgreSQL",
        top_twenty.run,
    ),
    "candidates": (
        "候选边 · the nearest offers of each demand: BallTree beside the block scan",
        candidate_edges.run,
    ),
    "optimality": (
        "最优性 · plans with minimum lots beside an integer program and a linear bound",
        optimality.run,
    ),
    "scale": ("规模 · time and memory per order as markets grow", scale.run),
    "pooling": ("合批 · small lots matched with and without pooling", pooling.run),
    "floor": ("份额下限 · clearing with a tilt floor, in plain solves of OR-tools' own time", floor.run),
    "throughput": (
        "撮合吞吐 · order events through the matcher, beside a bare Faust agent",
        matcher_throughput.run,
    ),
    "churn": ("撮合稳定 · proposals changed per new order, with the age rule and without", churn.run),
    "latency": ("发布到推送 · from posting an offer to its match on the stream", latency.run),
    "feeds": (
        "订阅 · a poll of 1,000 items beside the query alone; 500 streams of 20 events/s",
        feed_reading.run,
    ),
    "killed": (
        "订阅者被杀 · subscribers killed at random end with the server's state (1)",
        killed_subscribers.run,
    ),
    "import": ("导入 · 100,000 offers from upload to Kafka, beside a bare loop", import_rows.run),
    "relay": ("发件箱 · the relay, beside a bare kafka-python producer", relay_throughput.run),
    "posts": (
        "发布 · posting at catalog's own door, beside a bare FastAPI with one INSERT",
        post_latency.run,
    ),
    "demo": ("演示耗时 · make demo, cold and warm", demo_seconds.run),
}


def main() -> None:
    """Run the sections in turn and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", choices=SECTIONS, action="append", help="run this section (may be repeated)"
    )
    chosen = parser.parse_args().only or list(SECTIONS)
    console = Console()
    console.print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU, Python {platform.python_version()}"
    )
    for name in chosen:
        title, run = SECTIONS[name]
        with console.status(title):
            figures = run()
        table = Table(title=title, title_justify="left")
        table.add_column("指标 · figure")
        table.add_column("值 · value", justify="right")
        for figure, value in figures.items():
            table.add_row(figure, f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}")
        console.print(table)


if __name__ == "__main__":
    main()
