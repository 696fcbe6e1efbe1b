"""What is sent is the difference between what should be published and what is."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from duijie_matcher.stream.items import (
    CALLS,
    DIAGNOSES,
    MATCHES,
    NOTHING,
    PLANS,
    Body,
    Cleared,
    digest_of,
    item_of,
)
from duijie_matcher.stream.publication import KEPT_WITHDRAWN, Change, Publication, diff
from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.matches import Diagnosis, MatchRecord, MatchVersion, PlanRecord, Reasons, Tilt
from order_records import NOW, order_id

HOUR = dt.timedelta(hours=1)


def match(name: str, **changes: Any) -> MatchRecord:
    """A proposal between offer `<name>-offer` and demand `<name>-demand`."""
    fields: dict[str, Any] = {
        "match_id": order_id(name),
        "version": MatchVersion(offer=1, demand=1, policy=1, scorecard="rules-1"),
        "kind": "plan",
        "status": "proposed",
        "market": "potato",
        "product": "potato",
        "unit": "kg",
        "offer_id": order_id(f"{name}-offer"),
        "demand_id": order_id(f"{name}-demand"),
        "offer_party": order_id("p"),
        "demand_party": order_id("q"),
        "offer_county": None,
        "demand_county": None,
        "quantity": 1000,
        "score": 0.5,
        "parts": (),
        "ask_price": 1,
        "bid_price": 3,
        "landed_cost": 2,
        "suggested_price": 2,
        "farm_gate_price": 2,
        "distance_m": 7,
        "transport_cost": 0,
        "tilt": Tilt(designations=(), bonus=0.0),
        "reasons": Reasons(zh=("好",), en=("good",)),
        "as_of": NOW,
    }
    return MatchRecord(**(fields | changes))


def plan(**changes: Any) -> PlanRecord:
    """The totals of the potato market."""
    fields: dict[str, Any] = {
        "market": "potato",
        "policy": 1,
        "as_of": NOW,
        "welfare": 1,
        "objective": 1,
        "cleared_quantity": 1,
        "tilt_share": 0.0,
        "feasible_pairs": 1,
        "offers": 1,
        "demands": 1,
    }
    return PlanRecord(**(fields | changes))


def short(name: str, **changes: Any) -> Diagnosis:
    """An order left short."""
    fields: dict[str, Any] = {
        "order_id": order_id(name),
        "version": 1,
        "party_id": order_id("p"),
        "market": "potato",
        "unit": "kg",
        "side": "offer",
        "short_by": 5,
        "codes": ("PRICE",),
        "reasons": Reasons(zh=("贵",), en=("dear",)),
    }
    return Diagnosis(**(fields | changes))


def cleared(*bodies: Body) -> Cleared:
    """The outcome of a clearing that wants these published."""
    return Cleared(
        matches=tuple(item_of(body) for body in bodies if isinstance(body, MatchRecord)),
        plans=tuple(item_of(body) for body in bodies if isinstance(body, PlanRecord)),
        diagnoses=tuple(item_of(body) for body in bodies if isinstance(body, Diagnosis)),
    )


def published(*bodies: Body) -> Publication:
    """A market of which these are published."""
    publication = Publication()
    for body in bodies:
        publication.add(body)
    return publication


def step(
    before: Publication, desired: Cleared, as_of: dt.datetime | None = NOW
) -> tuple[list[Change], Publication]:
    """One diff at `as_of`."""
    return diff(desired, before, as_of, as_of)


def test_everything_new_is_sent_once() -> None:
    """A second clearing with the same outcome sends nothing."""
    wanted = cleared(match("a"), plan(), short("b"))
    changes, after = step(Publication(), wanted)
    assert [(change.topic, change.value) for change in changes] == [
        (MATCHES, match("a").model_dump_json().encode()),
        (PLANS, plan().model_dump_json().encode()),
        (DIAGNOSES, short("b").model_dump_json().encode()),
    ]
    assert step(after, wanted)[0] == []


def test_a_clock_that_changes_nothing_else_sends_nothing() -> None:
    """`as_of` alone is no difference; anything else is."""
    before = published(match("a"), plan())
    assert step(before, cleared(match("a", as_of=NOW + HOUR), plan(as_of=NOW + HOUR)))[0] == []
    assert len(step(before, cleared(match("a", score=0.6), plan(welfare=2)))[0]) == 2


def test_a_record_read_back_counts_as_the_one_sent() -> None:
    """A digest survives the journey through JSON, so a restart republishes nothing."""
    record = match("a", score=0.1 + 0.2)
    assert digest_of(MatchRecord.model_validate_json(record.model_dump_json())) == digest_of(record)


def test_what_vanished_is_withdrawn_as_of_the_clock() -> None:
    """The withdrawn record is the last proposal with its status and the moment."""
    changes, after = step(published(match("a")), NOTHING, NOW + HOUR)
    assert [change.withdrawal for change in changes] == [True]
    gone = MatchRecord.model_validate_json(changes[0].value or b"")
    assert gone == match("a", status="withdrawn", withdrawn_at=NOW + HOUR)
    assert after.live() == 0
    assert step(after, NOTHING, NOW + HOUR)[0] == []


def test_a_withdrawn_pair_that_comes_back_is_proposed_again() -> None:
    """Under the same id, with no trace of the withdrawal."""
    _, gone = step(published(match("a")), NOTHING)
    changes, after = step(gone, cleared(match("a")))
    assert [json.loads(change.value or b"")["status"] for change in changes] == ["proposed"]
    assert after.live() == 1


@pytest.mark.parametrize(("age", "dropped"), [(KEPT_WITHDRAWN, 0), (KEPT_WITHDRAWN + HOUR, 1)])
def test_a_withdrawn_match_is_dropped_after_seven_days(age: dt.timedelta, dropped: int) -> None:
    """Not at seven days exactly, but past them."""
    _, gone = step(published(match("a")), NOTHING)
    changes, after = step(gone, NOTHING, NOW + age)
    assert [change.value for change in changes] == [None] * dropped
    assert bool(after) is not bool(dropped)


def test_without_a_clock_nothing_grows_old() -> None:
    """Before the first tick a withdrawal is dated with the newest event, and kept."""
    changes, gone = diff(NOTHING, published(match("a")), None, NOW)
    assert MatchRecord.model_validate_json(changes[0].value or b"").withdrawn_at == NOW
    assert diff(NOTHING, gone, None, NOW + 9 * KEPT_WITHDRAWN)[0] == []


def test_a_diagnosis_that_no_longer_holds_gets_a_tombstone() -> None:
    """So does the plan of a market that has no open orders any more."""
    changes, after = step(published(short("b"), plan()), NOTHING)
    assert {(change.topic, change.key, change.value) for change in changes} == {
        (DIAGNOSES, str(order_id("b")).encode(), None),
        (PLANS, b"potato", None),
    }
    assert not after


def test_a_call_is_withdrawn_opened_again_and_dropped_a_week_after_its_end() -> None:
    """As matches are: the withdrawal repeats the call, and the tombstone comes no sooner than seven days later."""
    call = CapacityCall(
        call_id=order_id("call"),
        status="open",
        market="potato",
        code="COLD_GAP",
        activity="cold_storage",
        product_in="potato",
        county="310115",
        temperature="chilled",
        quantity=5,
        orders=1,
        needed_from=NOW.date(),
        needed_to=NOW.date(),
        worth=7,
        as_of=NOW,
    )
    wanted = Cleared(calls=(item_of(call),))
    (opened,), published = diff(wanted, Publication(), NOW, NOW)
    assert (opened.topic, CapacityCall.model_validate_json(opened.value or b"")) == (CALLS, call)
    later = Cleared(calls=(item_of(call.model_copy(update={"as_of": NOW + HOUR})),))
    assert diff(later, published, NOW, NOW)[0] == [], "a tick changes nothing"
    (ended,), after = diff(NOTHING, published, NOW, NOW)
    gone = call.model_copy(update={"status": "withdrawn", "withdrawn_at": NOW})
    assert CapacityCall.model_validate_json(ended.value or b"") == gone
    read_back = Publication()
    read_back.add(gone)
    assert read_back == after
    assert diff(NOTHING, after, NOW + KEPT_WITHDRAWN, NOW)[0] == []
    (dropped,), nothing = diff(NOTHING, after, NOW + KEPT_WITHDRAWN + HOUR, NOW)
    assert (dropped.topic, dropped.value, bool(nothing)) == (CALLS, None, False)
    (again,), _ = diff(wanted, after, NOW, NOW)
    assert again.value == opened.value
