"""The gateway's processes as the supervisor starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from duijie_gateway.domain.keys import digest, new_key
from duijie_local.embedded.ports import free_ports
from gateway_served import read_events

pytestmark = pytest.mark.database

SECRET = "a session secret that no log may hold"
WEBHOOK_KEY = "a webhook key that no log may hold"
TOKEN = "an internal token that no log may hold"


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What every process is given, beside the test's own environment."""
    return os.environ | {"DUIJIE_DATABASE_URL": database_url} | more


def run(database_url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "duijie_gateway", *arguments],
        env=environment(database_url, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def serving(
    database_url: str, log: Path, eventually: Callable[..., Any]
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The API as a process, ready, and its base URL."""
    (port,) = free_ports(1)
    settings = {
        "DUIJIE_PORT": str(port),
        "DUIJIE_CATALOG_URL": "http://127.0.0.1:9",
        "DUIJIE_INTERNAL_TOKEN": TOKEN,
        "DUIJIE_SESSION_SECRET": SECRET,
        "DUIJIE_WEBHOOK_KEY": WEBHOOK_KEY,
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "duijie_gateway", "api"],
            env=environment(database_url, **settings),
            stdout=out,
            stderr=out,
        )
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            return httpx.get(f"{url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(ready)
        yield process, url
    finally:
        process.kill()
        process.wait()


def test_a_stop_ends_the_api_cleanly_with_streams_open(
    embedded_postgres: str, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    """SIGTERM: exit status 0 within 20 s; and no secret of anybody is in what it logged."""
    key = new_key()
    migrated = run(embedded_postgres, "migrate", DUIJIE_BOOTSTRAP_ADMIN_KEY_SHA256=digest(key))
    assert migrated.returncode == 0, migrated.stderr
    log = tmp_path / "api.log"
    bearer = {"Authorization": f"Bearer {key}"}
    with serving(embedded_postgres, log, eventually) as (process, url), httpx.Client(base_url=url) as client:
        session = client.post("/v1/session", json={"key": key})
        assert session.status_code == 201
        cookie = session.cookies["duijie_session"]
        made = client.post("/v1/keys", json={"role": "staff"}, headers=bearer).json()["key"]
        assert client.get("/v1/offers", headers=bearer).status_code == 503
        metrics = client.get("/metrics").text
        assert 'duijie_gateway_requests_total{method="POST",route="/v1/session",status="201"} 1.0' in metrics
        with client.stream("GET", "/v1/matches/stream", headers=bearer) as response:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            with pytest.raises((httpx.TransportError, StopIteration)):
                next(read_events(response))
    logged = log.read_text("utf-8")
    for secret in (key, made, cookie, SECRET, TOKEN, WEBHOOK_KEY):
        assert secret not in logged
        assert secret not in metrics


def test_a_process_without_its_settings_or_a_command_says_so_and_ends(embedded_postgres: str) -> None:
    """Loudly, before it does anything."""
    missing = run(embedded_postgres, "api", DUIJIE_CATALOG_URL="http://127.0.0.1:9")
    assert missing.returncode != 0
    assert "session_secret" in missing.stderr
    unknown = run(embedded_postgres, "dance")
    assert (unknown.returncode, "usage" in unknown.stderr) == (2, True)


def test_a_rewind_leaves_an_empty_read_model(embedded_postgres: str) -> None:
    """As a command of the operator's; a database that is up to date stays so."""
    for command in ("migrate", "rewind", "migrate"):
        done = run(embedded_postgres, command)
        assert done.returncode == 0, done.stderr
