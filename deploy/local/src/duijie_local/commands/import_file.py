"""`duijie import`: a CSV or XLSX file into the running stack."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from duijie_shared.posting.fixes import fix_of
from rich.console import Console
from rich.table import Table

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    gateway_of,
    print_json,
)
from duijie_local.commands.importing import import_with_progress
from duijie_local.stack.data_dir import DataDir

_SHOWN_ERRORS = 200


def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    *,
    kind: Annotated[
        Literal["offers", "demands", "capacities", "parties"],
        typer.Option(help="文件内容 · what the file holds"),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查, 不存 · check only, store nothing")
    ] = False,
    atomic: Annotated[bool, typer.Option("--atomic", help="全部成功才存 · store all rows or none")] = False,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """导入 CSV 或 XLSX 文件 · import a CSV or XLSX file."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        job = import_with_progress(gateway, file, kind, dry_run=dry_run, atomic=atomic)
    if job["errors"]:
        show_errors(job["errors"])
    if as_json:
        print_json(job)
    else:
        _show_totals(job, dry_run=dry_run)
    if job["refused"] or job["errors"]:
        raise typer.Exit(1)


def show_errors(errors: list[dict[str, Any]]) -> None:
    table = Table(title="未接受的行 · refused rows", title_justify="left", show_lines=True)
    for heading in ("行 row", "列 column", "值 value", "原因 reason", "处理 fix"):
        table.add_column(heading, overflow="fold")
    for error in errors[:_SHOWN_ERRORS]:
        fix = fix_of(str(error.get("code")))
        table.add_row(
            str(error.get("row") or ""),
            str(error.get("column") or ""),
            str(error.get("value") or ""),
            f"{error.get('zh')}\n{error.get('en')}",
            f"{fix.zh}\n{fix.en}",
        )
    console = Console(stderr=True)
    console.print(table, markup=False)
    if len(errors) > _SHOWN_ERRORS:
        more = len(errors) - _SHOWN_ERRORS
        console.print(f"另有 {more} 处, 见 --json · {more} more, see --json", markup=False)


def _show_totals(job: dict[str, Any], *, dry_run: bool) -> None:
    what = "检查 (未存) · checked (nothing stored)" if dry_run else "导入 · imported"
    typer.echo(
        f"{what}: {job['rows_total']} 行 rows, 新建 created {job['created']}, 修改 amended {job['amended']}, "
        f"未变 unchanged {job['unchanged']}, 未接受 refused {job['refused']}"
    )
