"""`duijie demo`: the whole journey on a made-up market, for a first look."""

import contextlib
import datetime as dt
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Annotated
from zoneinfo import ZoneInfo

import psutil
import typer
from rich.console import Console

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    fail,
    print_json,
    tell,
)
from duijie_local.commands.import_file import show_errors
from duijie_local.commands.importing import import_with_progress
from duijie_local.commands.match_table import show_best, show_first_reason
from duijie_local.commands.starting import launch_with_progress
from duijie_local.demo import DemoMarket, write_demo_market
from duijie_local.stack import files
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.gateway import Gateway, GatewayAwayError, GatewayRefusedError
from duijie_local.stack.launch import end
from duijie_local.stack.options import Options, Owner
from duijie_local.stack.quiet import NotQuietError, wait_until_quiet
from duijie_local.stack.state import Stack, supervisor_of

SEED = 20_260_901
BEST = 15
_INTERRUPTED_STATUS = 130
CHINA = ZoneInfo("Asia/Shanghai")


_LOOK_SECONDS = 1.0


class _EndRequestedError(BaseException):
    """SIGINT, SIGTERM or SIGHUP came."""


def demo_command(
    *,
    exit_: Annotated[bool, typer.Option("--exit", help="打印后即结束 · end after printing")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="网关端口 · the gateway's port")] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """演示市场: 启动、导入、撮合、展示 · the demo market: start, import, match, show."""
    data = DataDir.at(data_dir)
    shown = False
    try:
        with _signals_end(), _own_or_running(data, port) as stack:
            _journey(data, stack, as_json=as_json)
            shown = True
            if not exit_:
                tell("按 Ctrl-C 结束", "Ctrl-C ends it")
                while supervisor_of(data) is not None:  # `duijie down` elsewhere ends the demo too
                    time.sleep(_LOOK_SECONDS)
    except _EndRequestedError:
        raise typer.Exit(0 if shown else _INTERRUPTED_STATUS) from None


@contextlib.contextmanager
def _own_or_running(data: DataDir, port: int | None) -> Iterator[Stack]:
    """The folder's stack: one started here is ended here, one that ran before is left running."""
    if supervisor_of(data) is not None:
        yield launch_with_progress(data, Options())
        return
    here = psutil.Process()
    try:
        yield launch_with_progress(data, Options(port=port, owner=Owner(here.pid, here.create_time())))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        tell("正在结束", "ending")
        end(data)
        tell("已结束", "ended")


def _journey(data: DataDir, stack: Stack, *, as_json: bool) -> None:
    operator = Gateway(stack)
    market = write_demo_market(data.root / "demo", as_of=dt.datetime.now(CHINA).date(), seed=SEED)
    tell(
        f"演示市场: {market.offer_count} 条供应, {market.demand_count} 条需求, {market.market_count} 个市场, "
        f"{market.county_count} 个县 (主体均为虚构)",
        f"the demo market: {market.offer_count} offers, {market.demand_count} demands in {market.market_count} "
        f"markets over {market.county_count} counties (all parties are fictional)",
    )
    try:
        _import_all(operator, market)
        _settle(stack)
        key = _staff_key(data, stack, operator)
        best = Gateway(stack, key).matches(BEST)
    except GatewayRefusedError as refused:
        fail(refused.zh, refused.en)
    except GatewayAwayError as away:
        fail("网关没有应答", f"the gateway does not answer: {away}")
    if as_json:
        print_json({"gateway": stack.gateway, "data_dir": stack.data_dir, "key": key, "matches": best})
        return
    show_best(best)
    show_first_reason(best)
    typer.echo(f"\n网关 gateway: {stack.gateway}/")
    typer.echo(f"工作人员密钥 staff key: {key}")


def _import_all(operator: Gateway, market: DemoMarket) -> None:
    for kind, file in (
        ("parties", market.parties),
        ("offers", market.offers),
        ("demands", market.demands),
        ("capacities", market.capacities),
    ):
        job = import_with_progress(operator, file, kind)
        if job["errors"]:
            show_errors(job["errors"], job["errors_total"])
            fail("演示市场有行未被接受", "rows of the demo market were refused")


def _settle(stack: Stack) -> None:
    with Console(stderr=True).status("撮合中 · matching") as status:

        def show(pending: dict[str, int | None]) -> None:
            left = ", ".join(f"{name} {value}" for name, value in pending.items() if value != 0)
            status.update(f"撮合中 · matching  {left}")

        try:
            wait_until_quiet(stack, progress=show)
        except NotQuietError as error:
            fail("撮合未能完成", f"matching did not come to rest: {error}")


def _staff_key(data: DataDir, stack: Stack, operator: Gateway) -> str:
    """The demo's staff key, made once for a data folder and anew if it was revoked."""
    file = data.root / "demo" / "staff_key.json"
    known = files.read(file)
    if known is not None:
        with contextlib.suppress(GatewayRefusedError):
            Gateway(stack, str(known["key"])).matches(1)
            return str(known["key"])
    key = str(operator.create_key("staff")["key"])
    files.write_private(file, {"key": key})
    return key


@contextlib.contextmanager
def _signals_end() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _EndRequestedError

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
            signal.signal(number, stop)
    yield
