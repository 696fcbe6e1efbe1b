"""The supervising process of a data folder, from lock to end."""

import fcntl
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psutil

from duijie_local.embedded.postgres import remove_socket_folder
from duijie_local.processes.supervisor import StoppedError, Supervisor
from duijie_local.stack.bring_up import BringUp, Say
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.options import Options, Owner
from duijie_local.stack.state import Stack, forget, write_processes, write_stack

SERVERS = ("postgres", "kafka")


class AlreadyRunningError(Exception):
    """Another supervisor holds the data folder."""


def run_stack(data: DataDir, options: Options, say: Say, ready: Callable[[Stack], None]) -> None:
    """Bring the stack up, call `ready`, keep it running until SIGTERM, SIGINT or SIGHUP, and end it.

    What a killed supervisor of this folder left running is killed first.

    Raises:
        AlreadyRunningError: the folder has a supervisor.
        StartError: something did not start; what had been started is ended.
    """
    with held(data):
        _run(data, options, say, ready)


@contextmanager
def held(data: DataDir) -> Iterator[None]:
    """Hold the data folder; the operating system lets go when the process dies.

    Raises:
        AlreadyRunningError: another process holds it.
    """
    data.root.mkdir(parents=True, exist_ok=True)
    with data.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError from None
        yield


def _run(data: DataDir, options: Options, say: Say, ready: Callable[[Stack], None]) -> None:
    supervisor = Supervisor(
        data.stack_name, data.logs, say, changed=lambda children: write_processes(data, children)
    )
    _end_on_signals(supervisor)
    forget(data)
    write_processes(data, ())
    if killed := data.end_remains():
        say(f"清除了上次遗留的 {killed} 个进程", f"ended {killed} processes that the last run left")
    bringing = BringUp(supervisor, data, options, say)
    try:
        stack = bringing.run()
        write_stack(data, stack)
        ready(stack)
        supervisor.supervise(each_second=lambda: _follow_owner(options.owner, supervisor))
    except StoppedError:
        pass
    finally:
        say("正在结束", "ending")
        supervisor.stop(last=SERVERS)
        data.end_remains()
        remove_socket_folder(bringing.sockets)
        forget(data)
        say("已结束", "ended")


def _end_on_signals(supervisor: Supervisor) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, end)


def _follow_owner(owner: Owner | None, supervisor: Supervisor) -> None:
    if owner is None:
        return
    try:
        alive = psutil.Process(owner.pid).create_time() == owner.started
    except psutil.NoSuchProcess:
        alive = False
    if not alive:
        supervisor.stopping.set()
