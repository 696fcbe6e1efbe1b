"""A detached supervisor: `python -m duijie_local.stack DATA_DIR`, options from the environment."""

import datetime as dt
import sys
from pathlib import Path

from duijie_local.processes.supervisor import StartError
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.databases import DatabaseUrlError
from duijie_local.stack.options import Options
from duijie_local.stack.run import AlreadyRunningError, run_stack

ALREADY_RUNNING_STATUS = 3


def main() -> int:
    """Run until told to end; the log is standard output."""
    data = DataDir.at(Path(sys.argv[1]))
    try:
        run_stack(data, Options.from_environment(), _say, ready=lambda _: _say("就绪", "ready"))
    except AlreadyRunningError:
        return ALREADY_RUNNING_STATUS
    except (StartError, DatabaseUrlError) as error:
        print(error, flush=True)
        return 1
    return 0


def _say(zh: str, en: str) -> None:
    print(f"{dt.datetime.now(dt.UTC).isoformat(timespec='milliseconds')} {zh} · {en}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
