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
    tell,
)
from duijie_local.commands.importing import counts_of, import_with_progress
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
    errors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.xlsx",
            dir_okay=False,
            writable=True,
            help="未接受的行写成工作簿, 改正后可直接导入 · the refused rows as a sheet to correct and import",
        ),
    ] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """导入 CSV 或 XLSX 文件 · import a CSV or XLSX file."""
    with gateway_of(DataDir.at(data_dir)) as gateway:
        job = import_with_progress(gateway, file, kind, dry_run=dry_run, atomic=atomic)
        if errors is not None and job["errors"]:
            gateway.download(f"/v1/imports/{job['id']}/errors", errors, format="xlsx")
    if job["errors"]:
        show_errors(job["errors"], job["errors_total"])
        if errors is not None:
            tell(f"未接受的行已写入 {errors}", f"the refused rows are in {errors}")
    if as_json:
        print_json(job)
    else:
        _show_totals(job, dry_run=dry_run)
    if job["refused"] or job["errors"]:
        raise typer.Exit(1)


def show_errors(errors: list[dict[str, Any]], total: int) -> None:
    """A table of the first refused cells, on standard error; `total` is how many there are."""
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
    more = total - len(errors[:_SHOWN_ERRORS])
    if more:
        console.print(
            f"另有 {more} 处, 用 --errors FILE.xlsx 取得 · {more} more, see --errors FILE.xlsx", markup=False
        )


def _show_totals(job: dict[str, Any], *, dry_run: bool) -> None:
    what = "检查 (未存) · checked (nothing stored)" if dry_run else "导入 · imported"
    typer.echo(f"{what}: {job['rows_total']} 行 rows, {counts_of(job)}")
