"""Following `policy-v1`: every worker reads all of it for itself, without the group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiokafka import TopicPartition
from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.policy import Policy
from duijie_shared.kafka.ports import Record

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from duijie_matcher.stream.engine import Engine

log = structlog.get_logger(__name__)

PLACE = TopicPartition("policy-v1", 0)
POLL_MS = 1000


async def follow_policy(consumer: AIOKafkaConsumer, engine: Engine) -> None:
    """Hand every newer policy to the engine, for ever.

    An unreadable record leaves the policy in force as it is. Only one that arrives while this worker
    follows becomes a dead letter: those before are read again at every start.
    """
    consumer.assign([PLACE])
    known = (await consumer.end_offsets([PLACE]))[PLACE]
    consumer.seek(PLACE, (await consumer.beginning_offsets([PLACE]))[PLACE])
    while True:
        batches = await consumer.getmany(PLACE, timeout_ms=POLL_MS)
        for r in batches.get(PLACE, ()):
            record = Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers))
            try:
                body, envelope = decode(record.topic, record.value, record.headers)
            except ContractError as error:
                log.warning("policy not readable", offset=record.offset, reason=str(error))
                if record.offset >= known:
                    await engine.put_aside(record, str(error))
                continue
            if isinstance(body, Policy) and (engine.policy is None or body.version > engine.policy.version):
                log.info("policy", version=body.version, correlation_id=envelope.correlation_id)
                engine.set_policy(body)
