"""The matcher's settings, from `DUIJIE_*`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from duijie_shared.service.settings import ServiceSettings
from pydantic import Field


class MatcherSettings(ServiceSettings):
    """What `python -m duijie_matcher run` reads; times in seconds."""

    group: str = "duijie-matcher"
    """The consumer group whose members share the partitions."""
    instance: str | None = None
    """Static membership: unique among the group's workers and the same after a restart, so that a worker
    that comes back owns its partitions at once. Without it a killed worker's session must run out first."""
    data_dir: Path = Path(tempfile.gettempdir()) / "duijie-matcher"
    """Faust wants a folder; nothing is kept in it."""
    session_timeout: float = Field(default=10.0, ge=6.0, le=10.0)
    """How soon another worker takes over from a silent one. Brokers allow no less than 6 s by default, and
    a machine that is busy with something else needs more."""
    gather: float = Field(default=0.2, ge=0.0, le=10.0)
    """The least time between two clearings of a market: a burst of orders is cleared together."""
    clearing_processes: int = Field(default=1, ge=1, le=64)
    """Child processes that match markets side by side."""
    unsettled_events: int = Field(default=50_000, ge=1)
    """Events taken in whose effects are not out yet; past that, consumption waits for clearing."""
    publish_deadline: float = Field(default=30.0, gt=0)
    """How long acknowledgements may take before the process gives up and is started anew."""
    load_deadline: float = Field(default=60.0, gt=0)
    """How long reading a topic may bring nothing new before the process gives up."""
    stall: float = Field(default=60.0, gt=0)
    """How long lag may stand still before the process gives up."""
    stop_deadline: float = Field(default=8.0, gt=0)
    """How long a clean stop may take; nothing is lost when it is cut short."""
