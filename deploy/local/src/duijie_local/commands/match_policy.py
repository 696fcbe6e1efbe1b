"""A policy file for `duijie match`: read as the API reads it, with the county lists of this release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.geography import designations
from duijie_shared.policy_files import PolicyFileError, policy_of_toml

if TYPE_CHECKING:
    from pathlib import Path

    from duijie_shared.events.policy import Policy

__all__ = ["PolicyFileError", "read_policy"]


def read_policy(path: Path) -> Policy:
    """The policy of a TOML file; what it does not set keeps its default. Raises `PolicyFileError`."""
    return policy_of_toml(path.read_bytes(), designations().lists)
