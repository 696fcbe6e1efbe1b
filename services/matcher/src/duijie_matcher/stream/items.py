"""Published records as bytes: what the child process hands back, and what `matches-v1` and its kin hold.

Whole markets cross a process border at every clearing, so they travel as bytes and digests: pickling the
records themselves would cost more than matching them.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from duijie_matcher.matching import MarketResult

MATCHES, PLANS, DIAGNOSES = "matches-v1", "plans-v1", "diagnoses-v1"
EVENT_TYPES = {MATCHES: "duijie.match.v1", PLANS: "duijie.plan.v1", DIAGNOSES: "duijie.diagnosis.v1"}

Body = MatchRecord | PlanRecord | Diagnosis
Digests = dict[str, dict[bytes, bytes]]
"""Topic -> key -> digest of what is published there."""

DIGEST_BYTES = 16


class Item(NamedTuple):
    """One record. `value` is None, and `orders` empty, where the published record with this digest already
    says the same.
    """

    key: bytes
    digest: bytes
    value: bytes | None
    orders: tuple[UUID, ...]
    """The orders it speaks of; none for a plan, which speaks of all."""


class Cleared(NamedTuple):
    """What one clearing of one market wants to be published, by topic."""

    matches: tuple[Item, ...] = ()
    plans: tuple[Item, ...] = ()
    diagnoses: tuple[Item, ...] = ()


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


def value_of(body: Body) -> bytes:
    """The record's value, as `duijie_shared.events.codec.encode` writes it."""
    return body.model_dump_json().encode()


def digest_of(body: Body) -> bytes:
    """What the record says apart from when: a tick that changes nothing else changes no digest."""
    content = body.model_dump_json(exclude={"as_of"}).encode()
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


def orders_of(body: Body) -> tuple[UUID, ...]:
    """The orders the record speaks of."""
    match body:
        case MatchRecord():
            return (body.offer_id, body.demand_id)
        case PlanRecord():
            return ()
        case Diagnosis():
            return (body.order_id,)


def item_of(body: Body) -> Item:
    """The record, whole."""
    return Item(key_of(body), digest_of(body), value_of(body), orders_of(body))


def encode_result(result: MarketResult, published: Digests) -> Cleared:
    """The outcome of a clearing, without the values that `published` already has."""
    return Cleared(
        matches=tuple(_item(body, published.get(MATCHES, {})) for body in result.matches),
        plans=(_item(result.plan, published.get(PLANS, {})),),
        diagnoses=tuple(_item(body, published.get(DIAGNOSES, {})) for body in result.diagnoses),
    )


def _item(body: Body, published: Mapping[bytes, bytes]) -> Item:
    key, digest = key_of(body), digest_of(body)
    if published.get(key) == digest:
        return Item(key, digest, None, ())
    return Item(key, digest, value_of(body), orders_of(body))
