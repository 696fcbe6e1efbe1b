"""Settings of catalog's processes, from `DUIJIE_*`."""

from __future__ import annotations

from duijie_shared.service.settings import DatabaseSettings
from pydantic import Field, SecretStr


class CatalogSettings(DatabaseSettings):
    """Migrations, relay and worker."""


class ApiSettings(CatalogSettings):
    """The API; without a token it does not start."""

    internal_token: SecretStr = Field(min_length=16)
    """What the gateway shows as `Authorization: Bearer`."""
