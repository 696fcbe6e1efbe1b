"""The registry of topics: the map of the system. `duijie topics` prints it, `kafka.admin` creates it.

Names use `-` and no dots, because Kafka's metrics treat `.` and `_` alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.constraints import ConstraintRecord
from duijie_shared.events.dead_letters import DeadLetter
from duijie_shared.events.deals import DealRecord
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
from duijie_shared.events.orders import OrderSnapshot, Tick
from duijie_shared.events.parties import PartySnapshot
from duijie_shared.events.policy import Policy

if TYPE_CHECKING:
    from duijie_shared.events.base import Contract

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Topic:
    """One topic. `events` maps each CloudEvents type on it to its body; partitions never change once made."""

    name: str
    key: str
    partitions: int
    cleanup: Literal["compact", "delete"]
    producer: str
    consumers: tuple[str, ...]
    events: dict[str, type[Contract]]
    zh: str
    en: str
    retention_ms: int | None = None
    """For `delete` topics; a compacted topic keeps the newest record of a key for good."""


MARKET_PARTITIONS = 12
"""Partitions of the topics that are cut by market: the most workers that can share the matching."""

_ALL = (
    Topic(
        name="orders-v1",
        key="order id (tick-<partition> for ticks); partition chosen by market",
        partitions=MARKET_PARTITIONS,
        cleanup="compact",
        producer="catalog",
        consumers=("matcher", "gateway"),
        events={"duijie.order.v1": OrderSnapshot, "duijie.tick.v1": Tick},
        zh="供应与需求的全量快照, 以及每小时的时钟",
        en="Full snapshots of offers and demands, and the hourly tick",
    ),
    Topic(
        name="capacities-v1",
        key="capacity id",
        partitions=3,
        cleanup="compact",
        producer="catalog",
        consumers=("matcher", "gateway"),
        events={"duijie.capacity.v1": CapacitySnapshot},
        zh="分级、包装、预冷、冷藏、加工、干线与配送能力",
        en="Grading, packing, precooling, storage, processing, line-haul and delivery capacity",
    ),
    Topic(
        name="parties-v1",
        key="party id",
        partitions=3,
        cleanup="compact",
        producer="catalog",
        consumers=("gateway",),
        events={"duijie.party.v1": PartySnapshot},
        zh="主体的公开信息 (不含联系方式)",
        en="Public facts of parties (no contact)",
    ),
    Topic(
        name="policy-v1",
        key="policy",
        partitions=1,
        cleanup="compact",
        producer="catalog",
        consumers=("matcher",),
        events={"duijie.policy.v1": Policy},
        zh="现行政策参数",
        en="The policy in force",
    ),
    Topic(
        name="matches-v1",
        key="match id; partition by market",
        partitions=MARKET_PARTITIONS,
        cleanup="compact",
        producer="matcher",
        consumers=("matcher", "gateway"),
        events={"duijie.match.v1": MatchRecord},
        zh="撮合建议 (计划与备选)",
        en="Proposals: plan lines and alternatives",
    ),
    Topic(
        name="plans-v1",
        key="market; partition by market",
        partitions=MARKET_PARTITIONS,
        cleanup="compact",
        producer="matcher",
        consumers=("matcher", "gateway"),
        events={"duijie.plan.v1": PlanRecord},
        zh="每个市场一次出清的合计",
        en="Totals of one clearing of one market",
    ),
    Topic(
        name="diagnoses-v1",
        key="order id; partition by market",
        partitions=MARKET_PARTITIONS,
        cleanup="compact",
        producer="matcher",
        consumers=("matcher", "gateway"),
        events={"duijie.diagnosis.v1": Diagnosis},
        zh="订单为何未能足额成交",
        en="Why an order is left short",
    ),
    Topic(
        name="calls-v1",
        key="call id; partition by market",
        partitions=MARKET_PARTITIONS,
        cleanup="compact",
        producer="matcher",
        consumers=("matcher",),
        events={"duijie.call.v1": CapacityCall},
        zh="市场所缺的能力",
        en="Capacity that a market lacks",
    ),
    Topic(
        name="constraints-v1",
        key="constraint id",
        partitions=3,
        cleanup="compact",
        producer="catalog",
        consumers=("matcher",),
        events={"duijie.constraint.v1": ConstraintRecord},
        zh="固定、禁止和被拒绝的配对, 主体的上下限",
        en="Pinned, forbidden and declined pairs, limits of parties",
    ),
    Topic(
        name="deals-v1",
        key="deal id",
        partitions=3,
        cleanup="compact",
        producer="catalog",
        consumers=("gateway",),
        events={"duijie.deal.v1": DealRecord},
        zh="预留与成交",
        en="Holds and deals",
    ),
    Topic(
        name="dead-letters-v1",
        key="source topic, partition and offset",
        partitions=3,
        cleanup="delete",
        producer="every consumer",
        consumers=("staff",),
        events={"duijie.dead-letter.v1": DeadLetter},
        zh="无法读取的记录及原因",
        en="Records that could not be read, with the reason",
        retention_ms=30 * DAY_MS,
    ),
)

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}


def partition_for(market: str, partitions: int = MARKET_PARTITIONS) -> int:
    """The partition of a market: murmur2 of its name as Kafka's own default partitioner reckons it."""
    return (murmur2(market.encode()) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Kafka's 32-bit murmur2 (org.apache.kafka.common.utils.Utils#murmur2), as an unsigned integer."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * m & mask
        k ^= k >> 24
        h = (h * m ^ k * m & mask) & mask
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h ^= h >> 13
    h = h * m & mask
    return h ^ h >> 15
