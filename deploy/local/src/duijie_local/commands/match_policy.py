"""A policy file for the commands on files: read as the API reads it, with the county lists of this release."""

from pathlib import Path

import typer
from duijie_shared.events.policy import Policy
from duijie_shared.geography import designations
from duijie_shared.policy_files import PolicyFileError, policy_of_toml

from duijie_local.commands.common import tell


def read_policy(path: Path) -> Policy:
    """The policy of a TOML file; what it does not set keeps its default. Raises `PolicyFileError`."""
    return policy_of_toml(path.read_bytes(), designations().lists)


def policy_or_end(path: Path | None) -> Policy:
    """The policy of a file, the default one without a file.

    A file that cannot be used ends the command with status 1, every setting to blame named.
    """
    if path is None:
        return Policy()
    try:
        return read_policy(path)
    except PolicyFileError as refusal:
        for error in refusal.errors:
            tell(f"{path.name} {error.field}: {error.zh}", f"{error.field}: {error.en}")
        raise typer.Exit(1) from refusal
