"""Launching a detached stack with its progress shown."""

from rich.console import Console

from duijie_local.commands.common import fail
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.launch import LaunchError, launch
from duijie_local.stack.options import Options
from duijie_local.stack.state import Stack


def launch_with_progress(data: DataDir, options: Options) -> Stack:
    """Launch and wait, showing on standard error what is being done; ends the command where it fails."""
    console = Console(stderr=True)
    shown = ""

    with console.status("启动中 · starting") as status:

        def progress(line: str) -> None:
            nonlocal shown
            step = line.partition(" ")[2] or line
            if step == shown:
                return
            shown = step
            if console.is_terminal:
                status.update(step)
            else:
                console.print(step, markup=False, soft_wrap=True)

        try:
            return launch(data, options, progress)
        except LaunchError as error:
            fail("启动失败", f"the start failed\n{error}")
