"""An import with its progress on standard error."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from duijie_local.stack.gateway import Gateway


def import_with_progress(
    gateway: Gateway, file: Path, kind: str, *, dry_run: bool = False, atomic: bool = False
) -> dict[str, Any]:
    """Import `file` and return its finished job."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(f"导入 import {kind}", total=None)

        def show(job: dict[str, Any]) -> None:
            bars.update(bar, total=job.get("rows_total"), completed=job.get("rows_done", 0))

        return gateway.import_file(file, kind, dry_run=dry_run, atomic=atomic, progress=show)
