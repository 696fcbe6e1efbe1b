"""What the commands on files refuse, told line by line before they end."""

from collections.abc import Sequence

import typer
from duijie_shared.posting.fixes import fix_of
from rich.console import Console
from rich.text import Text

from duijie_local.commands.common import tell
from duijie_local.commands.match_files import Refused

SHOWN_REFUSALS = 200


def end_if_refused(refused: Sequence[Refused]) -> None:
    """Tell every refused cell and end the command with status 1, if there is any."""
    if refused:
        _show_refused(refused)
        raise typer.Exit(1)


def _show_refused(refused: Sequence[Refused]) -> None:
    """One line per refused cell, so that it can be searched and counted as well as read."""
    console = Console(stderr=True)
    for each in refused[:SHOWN_REFUSALS]:
        error, fix = each.error, fix_of(each.error.code)
        row = "" if each.row is None else f" 行 row {each.row},"
        value = f" = {each.value!r}" if each.value else ""
        line = (
            f"{each.file}:{row} 列 column {error.field}{value}: {error.zh} · {error.en} ({fix.zh} · {fix.en})"
        )
        console.print(Text(line), soft_wrap=True)
    if len(refused) > SHOWN_REFUSALS:
        more = len(refused) - SHOWN_REFUSALS
        tell(f"另有 {more} 处", f"{more} more")
