"""What the commands share: options, bilingual lines, the one-line JSON result."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from duijie_local.stack.data_dir import DEFAULT, DataDir
from duijie_local.stack.gateway import Gateway, GatewayAwayError, GatewayRefusedError
from duijie_local.stack.state import Stack, read_stack, supervisor_of

DataDirOption = Annotated[
    Path, typer.Option("--data-dir", help="数据目录 · the data folder", show_default=True, file_okay=False)
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="结果为标准输出最后一行 JSON · the result as one last line of JSON")
]
DEFAULT_DATA_DIR = DEFAULT


def tell(zh: str, en: str) -> None:
    """Say something to the person at the terminal, on standard error."""
    Console(stderr=True).print(Text(f"{zh} · {en}"), soft_wrap=True)


def fail(zh: str, en: str, status: int = 1) -> NoReturn:
    """Say why and end with `status`."""
    tell(zh, en)
    raise typer.Exit(status)


def print_json(result: Any) -> None:
    """Print the result as one line on standard output."""
    typer.echo(json.dumps(result, ensure_ascii=False, separators=(",", ":")))


def running_stack(data: DataDir) -> Stack:
    """The folder's running stack; ends the command where there is none."""
    stack = read_stack(data)
    if stack is None or supervisor_of(data) is None:
        fail(
            f"{data.root} 没有正在运行的服务; 请先运行 duijie up",
            f"nothing runs in {data.root}; run duijie up first",
        )
    return stack


@contextmanager
def gateway_of(data: DataDir) -> Iterator[Gateway]:
    """The running stack's gateway as the operator; its refusals end the command with status 1."""
    try:
        yield Gateway(running_stack(data))
    except GatewayRefusedError as refused:
        for error in refused.errors:
            tell(f"{error.get('field')}: {error.get('zh')}", f"{error.get('field')}: {error.get('en')}")
        fail(refused.zh, refused.en)
    except GatewayAwayError as away:
        fail("请用 duijie status 查看运行状况", f"see duijie status: {away}")
