"""`duijie template`: a file to fill in and import. Needs no running stack."""

from pathlib import Path
from typing import Annotated

import typer
from duijie_shared.posting.columns import FileKind, Language
from duijie_shared.sheets import FileFormat, template

from duijie_local.commands.common import DEFAULT_DATA_DIR, DataDirOption, JsonOption, print_json, tell


def template_command(
    kind: Annotated[FileKind, typer.Argument(help="文件内容 · what the file is to hold")],
    *,
    lang: Annotated[Language, typer.Option(help="语言 · of titles and explanations")] = "zh",
    named: Annotated[
        FileFormat | None, typer.Option("--format", help="默认按文件名, 否则 xlsx · by the name, else xlsx")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="写到哪里 · where to", dir_okay=False, writable=True)
    ] = None,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,  # noqa: ARG001  (every command takes it)
    as_json: JsonOption = False,
) -> None:
    """导入模板, 无需启动服务 · a template to fill in and import; nothing needs to run."""
    chosen = format_of(named, out)
    file = out or Path(f"duijie-{kind}-template.{chosen}")
    content = template(kind, lang, chosen)
    file.write_bytes(content)
    if as_json:
        print_json({"file": str(file), "bytes": len(content)})
    else:
        tell(f"已写入 {file}", f"written to {file}")


def format_of(chosen: FileFormat | None, out: Path | None) -> FileFormat:
    """What was asked for, else what the file's name says, else XLSX."""
    if chosen is not None:
        return chosen
    return "csv" if out is not None and out.suffix.lower() == ".csv" else "xlsx"
