"""Settings from the environment. Every process reads `DUIJIE_*` once, at start."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every process needs. Loopback unless told otherwise."""

    model_config = SettingsConfigDict(env_prefix="DUIJIE_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 0
    """The HTTP port of an API process, the probe's port of any other; 0 takes a free one."""
    kafka: str = "127.0.0.1:9092"
    log_level: str = "INFO"


class DatabaseSettings(ServiceSettings):
    """For processes with a database of their own."""

    database_url: str
    """SQLAlchemy URL, `postgresql+psycopg://...`."""
