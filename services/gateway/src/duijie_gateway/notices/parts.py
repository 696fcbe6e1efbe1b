"""What the API needs of notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duijie_gateway.notices.addresses import Gateways
    from duijie_gateway.notices.store import NoticeStore
    from duijie_gateway.webhooks.secrets import Seal


@dataclass(frozen=True)
class Notices:
    """Owners' channels, the operator's gateways, the seal of addresses."""

    store: NoticeStore
    gateways: Gateways
    seal: Seal
    most: int
    """Channels that one owner may keep."""
