"""`duijie users`: people who log in by name and password."""

import sys
from typing import Annotated

import typer

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    gateway_of,
    print_json,
    tell,
)
from duijie_local.stack.data_dir import DataDir

users_app = typer.Typer(help="用户 · users", no_args_is_help=True)
users_app.callback()(lambda: None)


@users_app.command("create")
def create_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="登录名称 · the name to log in by")],
    *,
    role: Annotated[str, typer.Option(help="staff | admin")] = "staff",
    county: Annotated[str | None, typer.Option(help="行政区划代码 · an area's code")] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """新建用户, 口令输入两次, 或从标准输入读一行 · make a user; the password is asked for twice, or a line of stdin."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        made = gateway.create_user(name, role, county, _password())
    if as_json:
        print_json(made)
    else:
        tell(f"已新建用户 {made['name']}", f"made the user {made['name']}")


def _password() -> str:
    """Never an option: command lines are seen by others and kept in histories."""
    if sys.stdin.isatty():
        asked: str = typer.prompt("口令 · password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")
