"""`duijie down`: end everything that runs in a data folder."""

from duijie_local.commands.common import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    fail,
    print_json,
    tell,
)
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.launch import end
from duijie_local.stack.run import AlreadyRunningError


def down_command(*, data_dir: DataDirOption = DEFAULT_DATA_DIR, as_json: JsonOption = False) -> None:
    """停止全部服务 · end everything."""
    data = DataDir.at(data_dir)
    try:
        ended = end(data)
    except AlreadyRunningError:
        fail(f"{data.root} 正在启动, 请稍后再试", f"{data.root} is being started; try again in a moment")
    if as_json:
        print_json({"data_dir": str(data.root), "ended": ended})
    elif ended:
        tell("已停止", "ended")
    else:
        tell(f"{data.root} 没有正在运行的服务", f"nothing ran in {data.root}")
