"""How much one party may post by itself, counted under a lock so that two requests at once cannot pass a limit."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from duijie_shared.events.policy import PostingPolicy
from duijie_shared.service.errors import Refusal
from sqlalchemy import text

from duijie_catalog.clock import SHANGHAI, day_of

if TYPE_CHECKING:
    from uuid import UUID

    from duijie_catalog.unit_of_work import UnitOfWork

# Imported rows have a key of the operator's; children and instances are opened by catalog itself.
_LOAD = text("""
SELECT body -> 'posting',
    (SELECT count(*) FROM orders WHERE party_id = :party AND row_key IS NULL AND parent_id IS NULL AND standing_id IS NULL
        AND status IN ('draft', 'open', 'reserved', 'partly_filled')),
    (SELECT count(*) FROM orders WHERE party_id = :party AND row_key IS NULL AND parent_id IS NULL AND standing_id IS NULL
        AND created_at >= :midnight)
FROM policies ORDER BY version DESC LIMIT 1
""")


def admit(uow: UnitOfWork, party_id: UUID, now: dt.datetime) -> None:
    """Refuse one more order of a party that has reached a limit.

    The caller holds the party's posting (`UnitOfWork.sequence_for` or `lock_posting`), in an earlier statement: others
    of the party wait until this one is stored, and what is counted here is what they left.

    Raises
    ------
    Refusal
        429 with Retry-After until midnight in Shanghai past the day's limit; 409 past that of standing orders,
        which no waiting mends.
    """
    midnight = dt.datetime.combine(day_of(now), dt.time(), SHANGHAI)
    values = {"party": party_id, "midnight": midnight}
    posting, standing, today = uow.session.execute(_LOAD, values).one()
    # A policy of an earlier release says nothing of postings.
    limits = PostingPolicy.model_validate(posting or {})
    if today >= limits.postings_per_day:
        wait = midnight + dt.timedelta(days=1) - now
        raise Refusal(
            429,
            "posting-limit",
            f"今天已发布 {today} 个订单, 达到每日上限; 零点 (北京时间) 后再试",
            f"{today} orders were posted today, the limit of a day; try again after midnight in China",
            headers={"Retry-After": str(math.ceil(wait.total_seconds()))},
        )
    if standing >= limits.open_orders_per_party:
        raise Refusal(
            409,
            "too-many-orders",
            f"已有 {standing} 个草稿和有效订单, 达到上限; 请先撤回不再需要的",
            f"{standing} drafts and live orders stand, the limit of a party; withdraw what is no longer needed",
        )
