"""What the API needs of webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duijie_gateway.webhooks.log import AttemptLog
    from duijie_gateway.webhooks.secrets import Seal
    from duijie_gateway.webhooks.store import WebhookStore
    from duijie_gateway.webhooks.transport import Transport


@dataclass(frozen=True)
class Webhooks:
    """Owners' rows, the delivery log, the judge of targets, the seal of secrets."""

    store: WebhookStore
    log: AttemptLog
    transport: Transport
    seal: Seal
    most: int
    """Webhooks that one owner may keep."""
