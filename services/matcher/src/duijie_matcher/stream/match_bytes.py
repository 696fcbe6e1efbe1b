"""Matches as the bytes of their records, without the records between; for the child process alone.

A market of a thousand orders publishes five thousand matches at a clearing, most of them the same as before. The
bytes here are those of `MatchRecord.model_dump_json`, several times faster; and `Seen` remembers which lines were
written before from the very same orders, so that they are not even written again.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import to_json

from duijie_matcher.domain import most_tradable
from duijie_matcher.matching.chains.records import routed_records
from duijie_matcher.matching.explain import score_part, sentences, tilt_part
from duijie_matcher.matching.pool_shares import pool_words
from duijie_matcher.matching.records import MAJOR, MATCHES, suggested_price
from duijie_matcher.matching.scorecard import POINT_SCALE
from duijie_matcher.stream.items import Item, match_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duijie_shared.events.base import Feature
    from duijie_shared.events.matches import PoolShare
    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.explain import Features
    from duijie_matcher.matching.market import Outcome
    from duijie_matcher.matching.scorecard import Scorecard

MATCH_PREFIX = MATCHES.bytes + f"{MAJOR}|".encode()


class Seen:
    """Which lines of a market were written at its last clearing, and as what.

    A line follows from its two orders, its quantity, its pooled lot and the policy alone. Orders are told apart by identity:
    whoever keeps the same object says that the order has not changed.
    """

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._scorecard: Scorecard | None = None
        self._lines: dict[tuple[int, int], _Line] = {}

    def lines_of(self, policy: Policy, scorecard: Scorecard) -> Mapping[tuple[int, int], _Line]:
        """The lines of the last clearing by the identities of their orders; none where policy or scorecard changed."""
        if policy != self._policy or scorecard is not self._scorecard:
            return {}
        return self._lines

    def keep(self, policy: Policy, scorecard: Scorecard, lines: dict[tuple[int, int], _Line]) -> None:
        """These are the lines of the last clearing."""
        self._policy, self._scorecard, self._lines = policy, scorecard, lines


class _Line(NamedTuple):
    offer: Order  # kept, so that no other order takes its identity
    demand: Order
    amount: int
    pool: PoolShare | None
    key: bytes
    digest: bytes


def written_matches(outcome: Outcome, published: Mapping[bytes, bytes], seen: Seen) -> list[Item]:
    """The matches of a clearing, without the values that `published` (key -> digest) already has."""
    book, lines, scorecard = outcome.book, outcome.lines, outcome.scorecard
    policy = book.terms.policy
    before, now = seen.lines_of(policy, scorecard), {}
    writer = _Writer(outcome)
    result: list[Item] = []
    for at, (offer_at, demand_at, amount) in enumerate(
        zip(lines.offers, lines.demands, lines.amounts, strict=True)
    ):
        offer, demand = book.offers[offer_at], book.demands[demand_at]
        identity = (id(offer), id(demand))
        line = before.get(identity)
        pool = lines.pools[at]
        if (
            line is not None
            and (line.amount, line.pool) == (amount, pool)
            and published.get(line.key) == line.digest
        ):
            now[identity] = line
            result.append(Item(line.key, line.digest, None, ()))
            continue
        key, value = writer.line(at)
        digest = match_digest(value)
        now[identity] = _Line(offer, demand, amount, pool, key, digest)
        if published.get(key) == digest:
            result.append(Item(key, digest, None, ()))
        else:
            result.append(Item(key, digest, value, (offer.order_id.int, demand.order_id.int)))
    seen.keep(policy, scorecard, now)
    return [*result, *_routed(outcome, published)]


def _routed(outcome: Outcome, published: Mapping[bytes, bytes]) -> Iterator[Item]:
    """Lines by routes, from their records: few, and each with legs of its own."""
    for record in routed_records(outcome.book, outcome.routed, outcome.scorecard):
        key, value = str(record.match_id).encode(), record.model_dump_json().encode()
        digest = match_digest(value)
        if published.get(key) == digest:
            yield Item(key, digest, None, ())
        else:
            yield Item(key, digest, value, (record.offer_id.int, record.demand_id.int))


def match_values(outcome: Outcome) -> Iterator[bytes]:
    """The values of all matches of a clearing."""
    writer = _Writer(outcome)
    for at in range(len(outcome.lines)):
        yield writer.line(at)[1]
    for record in routed_records(outcome.book, outcome.routed, outcome.scorecard):
        yield record.model_dump_json().encode()


class _Writer:
    """What all lines of one clearing share, and what each order says in all its lines."""

    def __init__(self, outcome: Outcome) -> None:
        self._book, self._lines, self._scorecard = outcome.book, outcome.lines, outcome.scorecard
        policy = self._book.terms.policy
        self._tilt = policy.tilt
        self._version = f',"policy":{policy.version},"scorecard":{_json(self._scorecard.version)}}}'
        self._market = _json(self._book.market)
        self._designations = f'"tilt":{{"designations":[{_json(policy.tilt.designation)}],"bonus":'
        self._end = f',"as_of":{to_json(self._book.as_of).decode()},"withdrawn_at":null}}'
        self._orders: dict[int, _OrderText] = {}

    def line(self, at: int) -> tuple[bytes, bytes]:
        """Key and value of one match."""
        book, lines = self._book, self._lines
        offer, demand = book.offers[lines.offers[at]], book.demands[lines.demands[at]]
        selling, buying = self._text(offer), self._text(demand)
        product = book.products[offer.product]
        amount, features = lines.amounts[at], lines.features[at]
        landed, bid, transport = lines.landed[at], lines.bids[at], lines.transport[at]
        prices = '"landed_cost":null,"suggested_price":null,"farm_gate_price":null'
        if lines.known[at]:
            fair = suggested_price(landed, bid)
            prices = f'"landed_cost":{landed},"suggested_price":{fair},"farm_gate_price":{fair - transport}'
        pool = lines.pools[at]
        said = [
            *sentences(offer, demand, product, features, landed, bid, self._tilt),
            *pool_words(pool, amount, product),
        ]
        reasons = to_json({"zh": [zh for zh, _ in said], "en": [en for _, en in said]}).decode()
        tilt = self._designations if self._tilt.designation in offer.designations else NO_DESIGNATIONS
        key = match_key(selling.id, buying.id)
        value = (
            f'{{"match_id":"{key}","version":{{"offer":{offer.version},"demand":{demand.version}{self._version}'
            f',"kind":"{"plan" if amount else "alternative"}","status":"proposed","market":{self._market}'
            f',"product":{_json(offer.product)},"unit":{_json(product.pricing_unit)}'
            f',"offer_id":"{selling.id}","demand_id":"{buying.id}"'
            f',"offer_party":"{selling.party}","demand_party":"{buying.party}"'
            f',"offer_county":{selling.county},"demand_county":{buying.county}'
            f',"quantity":{amount or most_tradable(offer, demand)},"score":{_score(lines.scores[at])}'
            f',"parts":{self._parts(features)}'
            f',"ask_price":{selling.price},"bid_price":{buying.price},{prices}'
            f',"distance_m":{lines.metres[at]},"transport_cost":{transport},"route":[],"pool":{_pool(pool)}'
            f',{tilt}{_json(self._tilt.bonus if features.tilted else 0.0)}}},"reasons":{reasons}{self._end}'
        )
        return key.encode(), value.encode()

    def _parts(self, features: Features) -> str:
        card = self._scorecard
        return (
            f"[{_part(card, 'grade', features.grade)},{_part(card, 'quantity', features.quantity)}"
            f",{_part(card, 'price', features.price)},{_part(card, 'distance', features.distance)}"
            f",{_tilt(card, self._book.terms.bonus if features.tilted else None)}]"
        )

    def _text(self, order: Order) -> _OrderText:
        text = self._orders.get(id(order))
        if text is None:
            text = self._orders[id(order)] = _OrderText(
                str(order.order_id),
                str(order.party_id),
                _json(order.county),
                "null" if order.price is None else str(order.price),
            )
        return text


NO_DESIGNATIONS = '"tilt":{"designations":[],"bonus":'


class _OrderText(NamedTuple):
    id: str
    party: str
    county: str
    price: str


def match_key(offer: str, demand: str) -> str:
    """`match_id` of a direct pair that was never held, as text: RFC 4122 section 4.3 without the objects."""
    name = sha1(MATCH_PREFIX + f"{offer}|{demand}||0".encode(), usedforsecurity=False)
    digits = name.hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


@lru_cache(maxsize=10_000)
def _json(value: str | float | None) -> str:
    return to_json(value).decode()


def _pool(pool: PoolShare | None) -> str:
    return "null" if pool is None else pool.model_dump_json()


@cache
def _score(hundredths: int) -> str:
    return to_json(hundredths / POINT_SCALE).decode()


@cache
def _part(scorecard: Scorecard, feature: Feature, cell: int) -> str:
    return score_part(scorecard, feature, cell).model_dump_json()


@cache
def _tilt(scorecard: Scorecard, bonus: tuple[int, int] | None) -> str:
    return tilt_part(scorecard, bonus).model_dump_json()
