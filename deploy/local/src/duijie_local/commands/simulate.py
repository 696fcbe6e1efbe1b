"""`duijie simulate`: what a period would have come to under another policy, and who wins and loses by it."""

import datetime as dt
import time
from pathlib import Path
from typing import Annotated

import typer
from duijie_shared.events.policy import Policy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    fail,
    print_json,
    running_stack,
    tell,
)
from duijie_local.commands.match_capacities import CapacityRows
from duijie_local.commands.match_files import SHANGHAI, Rows
from duijie_local.commands.match_policy import policy_or_end
from duijie_local.commands.match_refusals import end_if_refused
from duijie_local.commands.simulate_table import show_comparison
from duijie_local.commands.simulate_topics import Present, TopicsAwayError, read_present
from duijie_local.simulation import Comparison, Period, PeriodError, Posting, compare
from duijie_local.simulation.comparison import days_to_replay
from duijie_local.simulation.report import report_item
from duijie_local.stack.data_dir import DataDir


def simulate_command(
    *,
    first: Annotated[str, typer.Option("--from", help="第一天, 上海时间 · the first day, Asia/Shanghai")],
    last: Annotated[str, typer.Option("--to", help="最后一天, 含当天 · the last day, included")],
    policy: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="要试的政策 TOML · the policy to try, as TOML")
    ],
    baseline: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="与之比较的政策; 默认为运行中的政策, 读文件时为默认政策 · the policy to compare with; by default the one "
            "in force, with files the default policy",
        ),
    ] = None,
    offers: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="供应文件; 不给则读运行中的主题 · offers; without files the running stack's topics are read",
        ),
    ] = None,
    demands: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="需求文件 · demands")
    ] = None,
    capacities: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="能力文件, 与供需文件一起 · capacities, beside files of orders"
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="写成一个网页文件 · write a page, one file")
    ] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """以另一政策重演一段时期 · replay a period under another policy."""
    started = time.perf_counter()
    period = _period(first, last)
    tried = policy_or_end(policy)
    given = _input(offers, demands, capacities, DataDir.at(data_dir), period)
    before = given.policy if baseline is None else policy_or_end(baseline)
    compared = _compare(given, before, tried, period)
    if html is not None:
        _write_page(html, compared)
    if as_json:
        print_json(report_item(compared))
    else:
        show_comparison(compared)
    seconds = time.perf_counter() - started
    tell(
        f"{len(period)} 天, {len(given.postings)} 个供需, {seconds:.2f} 秒",
        f"{len(period)} days, {len(given.postings)} orders, {seconds:.2f} s",
    )


def _period(first: str, last: str) -> Period:
    try:
        return Period(_day("--from", first), _day("--to", last))
    except PeriodError as error:
        fail(f"--to: {error.zh}", f"--to: {error.en}")


def _day(option: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(
            f"{option}: “{text}”不是日期, 如 2026-12-01", f"{option}: {text!r} is no date, such as 2026-12-01"
        )


def _input(
    offers: Path | None, demands: Path | None, capacities: Path | None, data: DataDir, period: Period
) -> Present:
    """What is replayed, and the policy it is compared with where none is given."""
    if offers is None and demands is None and capacities is None:
        return _of_topics(data)
    if offers is None or demands is None:
        fail(
            "--offers 与 --demands 应同时给出 (可加 --capacities), 或都不给",
            "--offers and --demands go together (with --capacities, if any), or none is given",
        )
    rows = Rows()
    rows.read_orders(offers, "offer", period.first)
    rows.read_orders(demands, "demand", period.first)
    posted = CapacityRows()
    if capacities is not None:
        posted.read(capacities)
    end_if_refused([*rows.refused, *posted.refused])
    return Present(
        tuple(Posting(order, since=_posted_on(order.posted_at)) for order in rows.orders),
        tuple(posted.by_id.values()),
        Policy(),
        unread=0,
    )


def _posted_on(moment: dt.datetime | None) -> dt.date | None:
    """The day of a moment in Asia/Shanghai."""
    return None if moment is None else moment.astimezone(SHANGHAI).date()


def _of_topics(data: DataDir) -> Present:
    try:
        found = read_present(running_stack(data).kafka)
    except TopicsAwayError as away:
        fail(
            "消息服务没有应答; 请用 duijie status 查看",
            f"the broker does not answer, see duijie status: {away}",
        )
    if found.unread:
        tell(
            f"{found.unread} 条记录无法读取, 未计入",
            f"{found.unread} records could not be read and are left out",
        )
    return found


def _compare(given: Present, baseline: Policy, policy: Policy, period: Period) -> Comparison:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        days = bars.add_task("重演 replaying", total=days_to_replay(baseline, policy, period))
        return compare(
            given.postings,
            baseline,
            policy,
            period,
            day_done=lambda: bars.advance(days),
            capacities=given.capacities,
        )


def _write_page(file: Path, compared: Comparison) -> None:
    # Drawing takes longer to load than a small period to replay.
    from duijie_local.commands.simulate_page import page_of

    try:
        file.write_text(page_of(compared), encoding="utf-8", newline="\n")
    except OSError as error:
        fail(f"无法写入 {file}: {error}", f"cannot write {file}: {error}")
    tell(f"已写入 {file}", f"written to {file}")
