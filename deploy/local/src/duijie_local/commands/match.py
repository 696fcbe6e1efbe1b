"""`duijie match`: the pure matcher on files, without broker or database."""

import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from duijie_matcher.domain import NO_CONSTRAINTS, ConstraintError, Constraints, Order
from duijie_matcher.matching import MarketResult, match_market
from duijie_shared.events.matches import PlanRecord
from duijie_shared.events.policy import Policy
from duijie_shared.rendering import call_item, diagnosis_item, match_item, plan_item
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from duijie_local.commands.common import DEFAULT_DATA_DIR, DataDirOption, JsonOption, fail, print_json, tell
from duijie_local.commands.match_capacities import CapacityRows
from duijie_local.commands.match_constraints import ConstraintRows, read_constraints
from duijie_local.commands.match_files import Refused, Rows
from duijie_local.commands.match_floor import common_rung, over_all
from duijie_local.commands.match_policy import policy_or_end
from duijie_local.commands.match_refusals import end_if_refused
from duijie_local.commands.priority_table import show_priority

SHANGHAI = dt.timezone(dt.timedelta(hours=8))

Write = Callable[[dict[str, Any]], None]
InputFile = typer.Argument(exists=True, dir_okay=False, readable=True)


def match_command(
    offers: Annotated[Path, InputFile],
    demands: Annotated[Path, InputFile],
    *,
    capacities: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="能力文件: 分级、包装、预冷、冷藏、加工、运输 · capacities that offers may pass through",
        ),
    ] = None,
    constraints: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="约束文件: 固定、禁止的配对, 主体的最低和最高数量 · pins, forbidden pairs, minima and maxima of parties",
        ),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="政策文件 TOML · the policy as TOML")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="此刻之前不再可供, 如 2026-12-01T08:00+08:00 · moments before this no longer count "
            "(without an offset: Asia/Shanghai)"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="JSON Lines 文件 (默认标准输出) · default: standard output"),
    ] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,  # noqa: ARG001  (every command takes it)
    as_json: JsonOption = False,
) -> None:
    """撮合文件中的供需 · match offers and demands from files."""
    started = time.perf_counter()
    moment = None if as_of is None else _moment(as_of)
    terms = policy_or_end(policy)
    rows = Rows()
    on = None if moment is None else moment.astimezone(SHANGHAI).date()
    rows.read_orders(offers, "offer", on)
    rows.read_orders(demands, "demand", on)
    posted = CapacityRows()
    if capacities is not None:
        posted.read(capacities)
    limits = None if constraints is None else read_constraints(constraints, rows)
    end_if_refused([*rows.refused, *posted.refused, *([] if limits is None else limits.refused)])
    with _lines(out) as write:
        summary = _match_all(rows, posted, terms, moment, write, limits)
    if as_json and out is not None:
        print_json(summary)
    show_priority(summary["markets"])
    seconds = time.perf_counter() - started
    tell(
        f"{len(summary['markets'])} 个市场, {len(rows.orders)} 个供需, {seconds:.2f} 秒",
        f"{len(summary['markets'])} markets, {len(rows.orders)} orders, {seconds:.2f} s",
    )


def _match_all(
    rows: Rows,
    posted: CapacityRows,
    policy: Policy,
    as_of: dt.datetime | None,
    write: Write,
    limits: ConstraintRows | None,
) -> dict[str, Any]:
    markets: dict[str, list[Order]] = defaultdict(list)
    for order in rows.orders:
        markets[order.market].append(order)
    diagnoses: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    totals: dict[str, Any] = {}
    plans: list[PlanRecord] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    terms = NO_CONSTRAINTS if limits is None else limits.constraints()
    rung = common_rung(markets, policy, as_of, terms, posted) if policy.tilt.over_all else None
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        names = bars.track(sorted(markets), description="撮合 matching")
        results = (
            ((name, _cleared(name, markets[name], policy, as_of, terms, posted, rung)) for name in names)
            if limits is None
            else _constrained(markets, names, policy, as_of, limits, posted, rung)
        )
        for name, result in results:
            _write_matches(result, rows, posted, write)
            calls.extend(call_item(each) for each in result.calls)
            diagnoses.extend(
                diagnosis_item(each, order=rows.row_keys[each.order_id]) for each in result.diagnoses
            )
            totals[name] = plan_item(result.plan)
            plans.append(result.plan)
    for item in (*diagnoses, *calls):
        write(item)
    summary: dict[str, Any] = {"kind": "summary", "markets": totals}
    if policy.tilt.over_all:
        summary["floor"] = over_all(plans, policy.tilt, rung)
    write(summary)
    return summary


def _constrained(
    markets: dict[str, list[Order]],
    names: Iterable[str],
    policy: Policy,
    as_of: dt.datetime | None,
    limits: ConstraintRows,
    posted: CapacityRows,
    rung: int | None,
) -> list[tuple[str, MarketResult]]:
    """The results of all markets; ends the command, before a line is written, where a constraint cannot be kept."""
    terms, refused = limits.constraints(), list[Refused]()
    results = []
    for name in names:
        try:
            results.append((name, _cleared(name, markets[name], policy, as_of, terms, posted, rung)))
        except ConstraintError as error:
            refused.extend(each for each in limits.blame(error) if each not in refused)
    end_if_refused(refused)
    return results


def _cleared(
    market: str,
    orders: Iterable[Order],
    policy: Policy,
    as_of: dt.datetime | None,
    constraints: Constraints,
    posted: CapacityRows,
    rung: int | None,
) -> MarketResult:
    """One market, on what the markets before it left of the capacities."""
    capacities = posted.counted
    result = match_market(
        market, orders, policy, as_of, constraints=constraints, capacities=capacities, rung=rung
    )
    posted.book(result.matches)
    return result


def _write_matches(result: MarketResult, rows: Rows, posted: CapacityRows, write: Write) -> None:
    for match in result.matches:
        offer, demand = rows.row_keys[match.offer_id], rows.row_keys[match.demand_id]
        write(match_item(match, exact=True, offer=offer, demand=demand, capacities=posted.row_keys))


@contextmanager
def _lines(out: Path | None) -> Iterator[Write]:
    """A writer of JSON Lines; a file appears whole, under its name, or not at all."""
    if out is None:
        yield lambda item: typer.echo(_line(item), nl=False)
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield lambda item: _discard(file.write(_line(item)))
        part.replace(out)
    except OSError as error:
        fail(f"无法写入 {out}: {error}", f"cannot write {out}: {error}")
    finally:
        part.unlink(missing_ok=True)


def _discard(_written: int) -> None:
    """A writer answers nothing."""


def _line(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        fail(
            f"--as-of: “{text}”不是 ISO 8601 时间, 如 2026-12-01T08:00+08:00",
            f"--as-of: {text!r} is no ISO 8601 time, such as 2026-12-01T08:00+08:00",
        )
    # In one zone, so that the same moment gives the same bytes however it was written.
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=SHANGHAI)).astimezone(dt.UTC)
