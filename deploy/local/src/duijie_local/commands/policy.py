"""`duijie policy`: the policy of the running stack as a file, its change and its history."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    fail,
    gateway_of,
    print_json,
    tell,
)
from duijie_local.stack.data_dir import DataDir

policy_app = typer.Typer(help="政策 · the policy", no_args_is_help=True)


@policy_app.command("show")
def show_command(*, data_dir: DataDirOption = DEFAULT_DATA_DIR, as_json: JsonOption = False) -> None:
    """输出政策文件 (TOML) · print the policy in force as its file."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        if as_json:
            print_json(gateway.read("/v1/policy"))
        else:
            typer.echo(gateway.policy_file(), nl=False)


@policy_app.command("set")
def set_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    reason: Annotated[str | None, typer.Option(help="为何修改 · why it is changed")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查, 不修改 · check only, change nothing")
    ] = False,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """按文件修改政策; 文件未写的取默认值 · change the policy to a file; what it leaves out has its default."""
    if reason is None and not dry_run:
        fail("请用 --reason 说明为何修改", "--reason must say why it is changed")
    with gateway_of(DataDir.at(data_dir)) as gateway:
        content = file.read_bytes()
        checked = gateway.check_policy(content)
        for error in checked["errors"]:
            tell(f"{error['field']}: {error['zh']}", f"{error['field']}: {error['en']}")
        if checked["errors"]:
            raise typer.Exit(1)
        # What was checked is what is put: a version in between is refused, not overwritten.
        made = (
            checked
            if dry_run or reason is None
            else gateway.put_policy(content, reason, version=checked["version"])
        )
    if as_json:
        print_json(made)
        return
    for change in made["changes"]:
        typer.echo(_line(change))
    if dry_run:
        tell(f"检查完毕, 版本仍为 {made['version']}", f"checked; version {made['version']} stands")
    else:
        tell(f"版本 {made['version']} 生效", f"version {made['version']} is in force")


@policy_app.command("history")
def history_command(*, data_dir: DataDirOption = DEFAULT_DATA_DIR, as_json: JsonOption = False) -> None:
    """列出各版本, 新的在前 · list all versions, newest first."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        versions = gateway.policy_history()
    if as_json:
        print_json(versions)
        return
    table = Table("version", "at", "by", "reason", "changes")
    for each in versions:
        by = each["by"] or {}
        who = " ".join(text for text in (by.get("role"), by.get("label")) if text)
        changed = "\n".join(_line(change) for change in each["changes"])
        table.add_row(str(each["version"]), each["at"], who, each["reason"] or "", changed)
    Console().print(table, markup=False)


def _line(change: dict[str, Any]) -> str:
    return f"{change['knob']}: {change['old']} -> {change['new']}"
