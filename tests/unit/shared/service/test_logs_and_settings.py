"""Logs are JSON on stderr with the ids that follow an order; settings come from the environment once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from duijie_shared.service.settings import DatabaseSettings, ServiceSettings
from pydantic import ValidationError

PROGRAM = """
import logging, structlog
from duijie_shared.service.logs import configure_logging
configure_logging("catalog-api")
structlog.contextvars.bind_contextvars(correlation_id="c-1")
structlog.get_logger("duijie.catalog").info("order posted", order_id="o-1", product="土豆")
logging.getLogger("library").warning("old %s", "style")
logging.getLogger("kafka").info("chatter")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("duijie.catalog").exception("broken")
"""


def test_every_line_is_json_with_service_time_level_and_correlation() -> None:
    """Structlog's and the standard library's alike; chatter of clients stays out; a trace is one line."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert run.stdout == ""
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["order posted", "old style", "broken"]
    assert all(line["service"] == "catalog-api" for line in lines)
    assert all(line["correlation_id"] == "c-1" for line in lines)
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[0]["product"] == "土豆"
    assert "ZeroDivisionError" in lines[2]["exception"]


def test_a_process_listens_on_loopback_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open port is a decision, never a default."""
    for name in ("HOST", "PORT", "KAFKA", "LOG_LEVEL"):
        monkeypatch.delenv(f"DUIJIE_{name}", raising=False)
    assert ServiceSettings().host == "127.0.0.1"
    monkeypatch.setenv("DUIJIE_HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("DUIJIE_PORT", "8080")
    assert (ServiceSettings().host, ServiceSettings().port) == ("0.0.0.0", 8080)  # noqa: S104


def test_a_missing_or_wrong_setting_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loudly, at start, by name."""
    monkeypatch.delenv("DUIJIE_DATABASE_URL", raising=False)
    with pytest.raises(ValidationError, match="database_url"):
        DatabaseSettings()
    monkeypatch.setenv("DUIJIE_PORT", "http")
    with pytest.raises(ValidationError, match="port"):
        ServiceSettings()


def test_settings_do_not_change_once_read() -> None:
    """What the process started with is what it runs with."""
    settings = ServiceSettings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
