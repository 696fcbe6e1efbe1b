"""Published records as bytes: what the child process hands back, and what `matches-v1` and its kin hold.

Whole markets cross a process border at every clearing, so they travel as bytes and digests: pickling the
records themselves would cost more than matching them.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
from pydantic_core import to_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

MATCHES, PLANS, DIAGNOSES, CALLS = "matches-v1", "plans-v1", "diagnoses-v1", "calls-v1"
EVENT_TYPES = {
    MATCHES: "duijie.match.v1",
    PLANS: "duijie.plan.v1",
    DIAGNOSES: "duijie.diagnosis.v1",
    CALLS: "duijie.call.v1",
}

Body = MatchRecord | PlanRecord | Diagnosis | CapacityCall
Digests = dict[str, dict[bytes, bytes]]
"""Topic -> key -> digest of what is published there."""

DIGEST_BYTES = 16
AS_OF, AFTER_AS_OF = b',"as_of":', b',"withdrawn_at":'
PROPOSED, OPEN, WITHDRAWN = b',"status":"proposed",', b',"status":"open",', b',"status":"withdrawn",'
"""Where a match or a call says when, and what it is. Within a text quotes are escaped, so they stand only where they
belong."""


class Item(NamedTuple):
    """One record. `value` is None, and `orders` empty, where the published record with this digest already
    says the same.
    """

    key: bytes
    digest: bytes
    value: bytes | None
    orders: tuple[int, ...]
    """The orders it speaks of, as the integers of their ids, which cross the border cheaper; none for a plan or a
    call, which speak of all.
    """


class Cleared(NamedTuple):
    """What one clearing of one market wants to be published, by topic."""

    matches: tuple[Item, ...] = ()
    plans: tuple[Item, ...] = ()
    diagnoses: tuple[Item, ...] = ()
    calls: tuple[Item, ...] = ()
    left_out: tuple[tuple[str, str, str], ...] = ()
    """Constraints that the market cannot keep: kind, pair or party, and why."""


NOTHING = Cleared()
"""What a market without open orders wants."""


def key_of(body: Body) -> bytes:
    """The record's key on its topic."""
    match body:
        case MatchRecord():
            return str(body.match_id).encode()
        case PlanRecord():
            return body.market.encode()
        case Diagnosis():
            return str(body.order_id).encode()
        case CapacityCall():
            return str(body.call_id).encode()


def value_of(body: Body) -> bytes:
    """The record's value, as `duijie_shared.events.codec.encode` writes it."""
    return body.model_dump_json().encode()


def digest_of(body: Body) -> bytes:
    """What the record says apart from when: a tick that changes nothing else changes no digest."""
    if isinstance(body, MatchRecord | CapacityCall):
        return match_digest(value_of(body))
    content = body.model_dump_json(exclude={"as_of"}).encode()
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


def match_digest(value: bytes) -> bytes:
    """`digest_of` a match or a call, from its bytes."""
    content = blake2b(value[: value.rindex(AS_OF)], digest_size=DIGEST_BYTES)
    content.update(value[value.rindex(AFTER_AS_OF) :])
    return content.digest()


def withdrawn(value: bytes, now: dt.datetime | None) -> bytes:
    """The withdrawal of a proposal or a call, from its bytes: the same record with the status and the time of its
    end.
    """
    end = AFTER_AS_OF + to_json(now) + b"}"
    kept = value[: value.rindex(AFTER_AS_OF)]
    return kept.replace(PROPOSED if PROPOSED in kept else OPEN, WITHDRAWN, 1) + end


def orders_of(body: Body) -> tuple[int, ...]:
    """The orders the record speaks of, as the integers of their ids."""
    match body:
        case MatchRecord():
            return (body.offer_id.int, body.demand_id.int)
        case PlanRecord() | CapacityCall():
            return ()
        case Diagnosis():
            return (body.order_id.int,)


def item_of(body: Body) -> Item:
    """The record, whole."""
    return Item(key_of(body), digest_of(body), value_of(body), orders_of(body))


def encode(body: Body, published: Mapping[bytes, bytes], digest: bytes | None = None) -> Item:
    """The record, without its value where `published` (key -> digest) already has it; its `digest`, where it is known."""
    key, digest = key_of(body), digest or digest_of(body)
    if published.get(key) == digest:
        return Item(key, digest, None, ())
    return Item(key, digest, value_of(body), orders_of(body))
