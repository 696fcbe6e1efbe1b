"""What the gateway's processes read from the environment, each its own part."""

from __future__ import annotations

from duijie_shared.service.settings import DatabaseSettings
from pydantic import Field, SecretStr


class MigrateSettings(DatabaseSettings):
    """For `migrate`."""

    bootstrap_admin_key_sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """SHA-256 in hex of the first admin's key; the key itself stays with the operator."""


class ProjectorSettings(DatabaseSettings):
    """For `projector`."""

    feed_days: int = Field(default=35, ge=1)
    """How long a reader may stay away and still resume without a reset."""


class WebhookSettings(DatabaseSettings):
    """For those who judge the targets of webhooks and open their secrets."""

    webhook_key: SecretStr = Field(min_length=16)
    """What the secrets of webhooks are encrypted under. To change it put the new one before the old, comma separated;
    without any of them the webhooks must be given new secrets.
    """
    webhook_allow: str = ""
    """Networks, addresses and host names that webhooks may go to beside public ones, comma separated, on any port."""
    webhook_http: bool = False
    """Whether public targets may be plain http on port 80."""


class NoticeSettings(WebhookSettings):
    """For those who judge people's addresses and write to them. Addresses are encrypted like webhooks' secrets."""

    notice_mail_url: SecretStr = SecretStr("")
    """The mail server as an `apprise` URL, `mailtos://user:password@smtp.example.cn:465?from=...`; without it no e-mail."""
    notice_sms_url: SecretStr = SecretStr("")
    """An SMS gateway as an `apprise` URL with `{to}` where the number goes; without it no text messages."""


class NotifierSettings(NoticeSettings):
    """For `notifier`."""

    public_url: str = ""
    """Where people find the pages; ends each notice."""


class SenderSettings(WebhookSettings):
    """For `sender`."""

    webhook_places: int = Field(default=100, ge=1, le=400)
    """Healthy targets that are sent to at once; half as many that fail or are slow."""


class ApiSettings(NoticeSettings):
    """For `api`."""

    catalog_url: str
    internal_token: SecretStr
    session_secret: SecretStr = Field(min_length=16)
    """Signs cursors and form tokens; changing it ends all pages half read, but no session."""
    public_url: str = ""
    """What the addresses in linked data and public pages begin with; without it, what the request asked for."""
    session_hours: int = Field(default=12, ge=1)
    secure_cookies: bool = False
    """Set it where the gateway is behind TLS."""
    trusted_proxies: str = ""
    """Addresses whose X-Forwarded-For counts, comma separated; none by default."""
    key_requests_per_second: int = Field(default=100, ge=1)
    address_requests_per_second: int = Field(default=1000, ge=1)
    stream_seconds: float = Field(default=600.0, gt=0)
    """How long one connection of a stream lasts; the client resumes."""
    stream_heartbeat_seconds: float = Field(default=15.0, gt=0)
    stream_send_timeout_seconds: float = Field(default=15.0, gt=0)
    """A client that takes nothing for so long is dropped."""
    max_streams: int = Field(default=2000, ge=1)
    max_webhooks: int = Field(default=20, ge=1)
    """Webhooks of one owner."""
    max_notice_channels: int = Field(default=10, ge=1)
    """Notice channels of one owner."""
