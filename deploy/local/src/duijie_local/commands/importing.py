"""An import with its progress on standard error."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from duijie_local.stack.gateway import Gateway

COUNTS = {"created": "新建", "amended": "修改", "unchanged": "未变", "refused": "未接受"}


class RowsPerSecond(ProgressColumn):
    """How fast rows are worked off; nothing while they are still counted."""

    def render(self, task: Task) -> Text:
        """The rate over the last half minute, at the end over all."""
        rate = task.finished_speed or task.speed
        return Text("" if rate is None else f"{rate:,.0f} 行/秒 rows/s")


def counts_of(job: dict[str, Any]) -> str:
    """What became of the rows so far."""
    return ", ".join(f"{zh} {name} {job.get(name, 0)}" for name, zh in COUNTS.items())


def import_with_progress(
    gateway: Gateway, file: Path, kind: str, *, dry_run: bool = False, atomic: bool = False
) -> dict[str, Any]:
    """Import `file` and return its finished job."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RowsPerSecond(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(f"导入 import {kind}", total=None, counts="")

        def show(job: dict[str, Any]) -> None:
            # The total comes when the file was read through; until then the bar only says that there is work.
            bars.update(
                bar, total=job.get("rows_total"), completed=job.get("rows_done", 0), counts=counts_of(job)
            )

        return gateway.import_file(file, kind, dry_run=dry_run, atomic=atomic, progress=show)
