"""What a data folder keeps: secrets, options, state."""

from __future__ import annotations

import hashlib
import json
import stat
from typing import TYPE_CHECKING

import pytest
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.options import Options, Owner
from duijie_local.stack.run import AlreadyRunningError, held
from duijie_local.stack.secrets import ensure_secrets
from duijie_local.stack.state import Stack, forget, read_stack, write_stack

if TYPE_CHECKING:
    from pathlib import Path


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    """The second read gives the same secrets; only the owner may read the file; the admin key is a `dj_` key."""
    data = DataDir.at(tmp_path)
    secrets = ensure_secrets(data)
    assert ensure_secrets(data) == secrets
    assert stat.S_IMODE(data.secrets_file.stat().st_mode) == 0o600
    assert secrets.admin_key.startswith("dj_")
    assert secrets.admin_key_sha256 == hashlib.sha256(secrets.admin_key.encode()).hexdigest()
    assert len({secrets.admin_key, secrets.internal_token, secrets.session_secret}) == 3


def test_the_stack_file_is_private_and_forgotten_at_the_end(tmp_path: Path) -> None:
    """What is written is read again, mode 0600, and None after the end."""
    data = DataDir.at(tmp_path / "new")
    stack = Stack(
        "http://127.0.0.1:1", "http://127.0.0.1:2", "127.0.0.1:3", str(tmp_path), "dj_k", "t", {"a": "u"}
    )
    write_stack(data, stack)
    assert read_stack(data) == stack
    assert stat.S_IMODE(data.stack_file.stat().st_mode) == 0o600
    forget(data)
    assert read_stack(data) is None


@pytest.mark.parametrize(
    "options",
    [Options(), Options(8080, "kafka:9092", "postgresql://u:p@h/d", Owner(12, 1763900000.123456789))],
)
def test_options_survive_the_environment(options: Options) -> None:
    """A detached supervisor is told exactly what the command was told."""
    assert Options.from_environment(options.to_environment()) == options


def test_one_supervisor_at_a_time(tmp_path: Path) -> None:
    """A held data folder refuses the second, and takes it once the first is gone."""
    data = DataDir.at(tmp_path)
    with held(data), pytest.raises(AlreadyRunningError), held(data):
        pass
    with held(data):
        pass


def test_a_folder_of_an_older_release_gets_the_secrets_that_it_lacks(tmp_path: Path) -> None:
    """What it has stays; what is new is made once."""
    data = DataDir.at(tmp_path)
    first = ensure_secrets(data)
    known = json.loads(data.secrets_file.read_text("utf-8"))
    del known["webhook_key"]
    data.secrets_file.write_text(json.dumps(known), "utf-8")
    second = ensure_secrets(data)
    assert (second.admin_key, second.session_secret) == (first.admin_key, first.session_secret)
    assert len(second.webhook_key) > 16
    assert second.webhook_key != first.webhook_key
    assert ensure_secrets(data) == second
    assert stat.S_IMODE(data.secrets_file.stat().st_mode) == 0o600
