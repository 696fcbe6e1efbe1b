"""`duijie export`: what the running stack holds of a kind, as a file."""

from pathlib import Path
from typing import Annotated

import typer
from duijie_shared.events.base import OrderStatus
from duijie_shared.posting.columns import FileKind, Language
from duijie_shared.sheets import FileFormat

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    gateway_of,
    print_json,
    tell,
)
from duijie_local.commands.template import format_of
from duijie_local.stack.data_dir import DataDir


def export_command(
    kind: Annotated[FileKind, typer.Argument(help="导出什么 · what to export")],
    *,
    named: Annotated[
        FileFormat | None, typer.Option("--format", help="默认按文件名, 否则 xlsx · by the name, else xlsx")
    ] = None,
    lang: Annotated[Language, typer.Option(help="列名的语言 · of the titles")] = "zh",
    status: Annotated[
        OrderStatus | None,
        typer.Option(help="只要这一状态; 默认未结束的 · of this status; default all not ended"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="写到哪里 · where to", dir_okay=False, writable=True)
    ] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """导出为 CSV 或 XLSX, 再导入不会改变任何内容 · export as CSV or XLSX; imported again it changes nothing."""
    chosen = format_of(named, out)
    file = out or Path(f"duijie-{kind}.{chosen}")
    query = {"format": chosen, "lang": lang} | ({} if status is None else {"status": status})
    with gateway_of(DataDir.at(data_dir)) as gateway:
        size = gateway.download(f"/v1/exports/{kind}", file, **query)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        tell(f"已写入 {file}", f"written to {file}")
