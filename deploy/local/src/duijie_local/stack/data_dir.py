"""What a data folder holds."""

from dataclasses import dataclass
from pathlib import Path

from duijie_local.processes.remains import Footprint, end_remains

DEFAULT = Path(".duijie")


@dataclass(frozen=True, slots=True)
class DataDir:
    """The paths in the data folder `root` (resolved, so that it names the stack wherever it is called from)."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "DataDir":
        """The data folder at `path`, which need not exist."""
        return cls(path.expanduser().resolve())

    @property
    def stack_name(self) -> str:
        """What the stack's processes carry in their environment."""
        return str(self.root)

    @property
    def stack_file(self) -> Path:
        """Addresses and secrets of the running stack (mode 0600)."""
        return self.root / "stack.json"

    @property
    def processes_file(self) -> Path:
        """The supervisor and its children: name, pid, start time, state, restarts."""
        return self.root / "processes.json"

    @property
    def secrets_file(self) -> Path:
        """Secrets that outlive a run (mode 0600)."""
        return self.root / "secrets.json"

    @property
    def ports_file(self) -> Path:
        """The gateway's port of the last run, so that its address stays."""
        return self.root / "ports.json"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor for as long as it lives."""
        return self.root / "supervisor.lock"

    @property
    def logs(self) -> Path:
        """One log file for each process."""
        return self.root / "logs"

    @property
    def supervisor_log(self) -> Path:
        """What a detached supervisor says."""
        return self.logs / "supervisor.log"

    @property
    def kafka(self) -> Path:
        """The broker's folder."""
        return self.root / "kafka"

    @property
    def postgres(self) -> Path:
        """The database's folder."""
        return self.root / "postgres"

    @property
    def sockets(self) -> Path:
        """Where the database's socket is, if the path is short and plain enough."""
        return self.root / "run"

    @property
    def sockets_file(self) -> Path:
        """Where it was in the last run."""
        return self.root / "sockets.json"

    def scratch(self, process: str) -> Path:
        """The working folder of a service's process."""
        return self.root / "work" / process

    def end_remains(self) -> int:
        """Kill what a killed supervisor of this folder left running; returns how many processes."""
        return end_remains(Footprint(self.stack_name, home=("postgres", self.postgres)))
