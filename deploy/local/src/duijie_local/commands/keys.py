"""`duijie keys`: make, list and revoke keys."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    gateway_of,
    print_json,
    tell,
)
from duijie_local.stack.data_dir import DataDir

keys_app = typer.Typer(help="密钥 · keys", no_args_is_help=True)


@keys_app.command("create")
def create_command(
    *,
    role: Annotated[str, typer.Option(help="角色 · the role, such as producer, buyer, staff")],
    party: Annotated[str | None, typer.Option(help="主体的 row_key · the party's row key")] = None,
    county: Annotated[str | None, typer.Option(help="县级代码 · a county's code")] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """新建密钥, 只输出密钥 · make a key and print it alone."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        made = gateway.create_key(role, party, county)
    if as_json:
        print_json(made)
    else:
        typer.echo(made["key"])


@keys_app.command("revoke")
def revoke_command(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="keys list 列出的编号 · as keys list shows it")
    ],
    *,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """吊销密钥 · revoke a key."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        gateway.revoke_key(identifier)
    if as_json:
        print_json({"id": identifier, "revoked": True})
    else:
        tell(f"已吊销 {identifier}", f"revoked {identifier}")


@keys_app.command("list")
def list_command(*, data_dir: DataDirOption = DEFAULT_DATA_DIR, as_json: JsonOption = False) -> None:
    """列出密钥 (不含密钥本身) · list keys, without the keys themselves."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        rows = gateway.list_keys()
    if as_json:
        print_json(rows)
        return
    columns = ("id", "role", "party", "county", "created_at", "revoked_at")
    table = Table()
    for column in columns:
        table.add_column(column, no_wrap=column == "id")
    for row in rows:
        table.add_row(*(str(row.get(column) or "") for column in columns))
    Console().print(table)
