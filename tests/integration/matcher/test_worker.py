"""The worker as a process over a real broker: orders in, matches out, and nothing else."""

from __future__ import annotations

import datetime as dt
import random
import signal
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest
from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.dead_letters import DeadLetter
from duijie_shared.events.matches import Diagnosis
from duijie_shared.events.policy import MatchingPolicy, Policy, TiltPolicy, WideningPolicy
from duijie_shared.events.topics import partition_for
from duijie_shared.kafka.ports import Record
from matchers import Matcher, Topics, called_for, eventually
from order_records import (
    CNY,
    KG,
    NOW,
    capacity,
    capacity_record,
    constraint,
    constraint_record,
    order_record,
    policy_record,
    snapshot,
    tick_record,
    tombstone_record,
)

pytestmark = pytest.mark.broker

StartMatcher = Callable[..., Matcher]
OFFER = snapshot("offer")
DEMAND = snapshot("demand", side="demand")


def test_orders_in_matches_out(topics: Topics, start_matcher: StartMatcher) -> None:
    """A pair is proposed with the correlation id of its order, replaced on amendment, withdrawn on withdrawal."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()))
    matcher.ready()
    topics.send(
        order_record(DEMAND, correlation_id="c-demand"), order_record(OFFER, correlation_id="c-offer")
    )
    matcher.at_rest(orders=2)
    assert topics.live() == called_for([OFFER, DEMAND])
    (record,) = topics.newest("matches-v1").values()
    assert record.partition == partition_for("potato")
    assert dict(record.headers)["ce_correlationid"] == b"c-offer"

    amended = snapshot("offer", version=2, remaining=40 * KG)
    topics.send(order_record(amended, correlation_id="c-amended"))
    eventually(topics.live, lambda live: live == called_for([amended, DEMAND]), "the amended match")
    assert dict(topics.newest("matches-v1")[record.key or b""].headers)["ce_correlationid"] == b"c-amended"

    topics.send(order_record(snapshot("offer", version=3, status="withdrawn")))
    matcher.at_rest(orders=1)
    (withdrawn,) = topics.matches().values()
    assert (withdrawn.status, withdrawn.withdrawn_at, withdrawn.quantity) == ("withdrawn", NOW, 40 * KG)
    diagnosis = topics.newest("diagnoses-v1")[str(DEMAND.order_id).encode()]
    assert Diagnosis.model_validate_json(diagnosis.value or b"").short_by == DEMAND.remaining

    topics.send(order_record(snapshot("demand", side="demand", version=2, status="withdrawn")))
    matcher.at_rest(orders=0)
    assert topics.newest("diagnoses-v1") == topics.newest("plans-v1") == {}


def test_nothing_is_cleared_before_the_policy_and_everything_after_a_new_one(
    topics: Topics, start_matcher: StartMatcher
) -> None:
    """Readiness waits for the policy; a new version renews what the old one made."""
    matcher = start_matcher()
    topics.send(order_record(OFFER), order_record(DEMAND))
    status = matcher.until(lambda status: status.get("orders") == 2, "the book")
    assert (status["ready"], status["lag"], status["matches"]) == (False, 2, 0)
    topics.send(policy_record(Policy()))
    matcher.at_rest(orders=2)
    assert topics.live() == called_for([OFFER, DEMAND])
    newer = Policy(version=2, tilt=TiltPolicy(bonus=0.1))
    topics.send(policy_record(newer))
    eventually(topics.live, lambda live: live == called_for([OFFER, DEMAND], newer), "matches of policy 2")
    topics.send(policy_record(Policy()))  # an older version changes nothing
    topics.send(order_record(snapshot("late")))
    matcher.at_rest(orders=3)
    assert {proposal[3] for proposal in topics.live()} == {2}


def test_a_tick_that_changes_nothing_publishes_nothing(topics: Topics, start_matcher: StartMatcher) -> None:
    """Nor does a restart; a tick past the window withdraws."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()), order_record(OFFER), order_record(DEMAND))
    matcher.at_rest(orders=2)
    before = [topics.read("matches-v1"), topics.read("plans-v1"), topics.read("diagnoses-v1")]
    partition = partition_for("potato")
    topics.send(tick_record(partition, NOW), tick_record(partition, NOW + dt.timedelta(hours=1)))
    matcher.at_rest()
    assert matcher.terminate() == 0
    matcher.start().at_rest(orders=2)
    assert [topics.read("matches-v1"), topics.read("plans-v1"), topics.read("diagnoses-v1")] == before
    over = NOW + dt.timedelta(days=60)
    topics.send(tick_record(partition, over))
    eventually(
        lambda: [m.withdrawn_at for m in topics.matches().values()], lambda at: at == [over], "withdrawal"
    )


def test_what_cannot_be_read_is_put_aside_once_and_the_partition_goes_on(
    topics: Topics, start_matcher: StartMatcher
) -> None:
    """While running, while it was away, and not again after a restart."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()))
    matcher.ready()
    good = order_record(OFFER)
    bad = replace(good, key=b"bad", value=b"\xff\xfe not json")
    topics.send(bad, good)
    matcher.at_rest(orders=1)
    assert len(topics.read("dead-letters-v1")) == 1
    matcher.kill()
    topics.send(replace(bad, key=b"bad-2"), order_record(snapshot("x", market="potato", product="unknown")))
    topics.send(order_record(DEMAND))
    for _ in range(2):
        matcher.start().at_rest(orders=2)
        letters = [DeadLetter.model_validate_json(r.value or b"") for r in topics.read("dead-letters-v1")]
        assert sorted((letter.offset, letter.topic, letter.partition) for letter in letters) == [
            (offset, "orders-v1", good.partition) for offset in (0, 2, 3)
        ]
        assert "unknown product 'unknown'" in {letter.reason for letter in letters}
        assert matcher.terminate() == 0
    assert topics.live() == called_for([OFFER, DEMAND])


def test_the_order_of_arrival_does_not_matter(topics: Topics, start_matcher: StartMatcher) -> None:
    """Versions out of order, repeats and a tombstone among them end at the newest of each."""
    draw = random.Random(3)
    names = [f"o{number}" for number in range(30)]
    records = []
    final = []
    for name in names:
        side = draw.choice(["offer", "demand"])
        price = draw.randrange(1, 4) * CNY
        versions = [
            snapshot(name, side=side, version=version, price=price, quantity=draw.randrange(1, 99) * KG)
            for version in range(1, 4)
        ]
        final.append(versions[-1])
        records += [order_record(order) for order in versions]
    records += records[:40]
    draw.shuffle(records)
    matcher = start_matcher()
    topics.send(policy_record(Policy()), *records, order_record(snapshot("gone")), tombstone_record("gone"))
    matcher.at_rest(orders=len(names))
    assert topics.live() == called_for(final)


def test_a_decline_returns_the_quantity_to_the_pool_and_its_end_brings_the_pair_back(
    topics: Topics, start_matcher: StartMatcher
) -> None:
    """The next best pair is planned at once; a restarted worker knows of the decline before it clears anything."""
    second = snapshot("second", side="demand", price=2 * CNY, sequence=DEMAND.sequence + 1)
    orders = [OFFER, DEMAND, second]
    pair = {"offer": "offer", "demand": "demand"}
    matcher = start_matcher()
    topics.send(policy_record(Policy()), *map(order_record, orders))
    matcher.at_rest(orders=3)
    assert _planned(topics) == {DEMAND.order_id}

    decline = constraint("no", "decline", **pair, set_by="demand", reason="price")
    topics.send(constraint_record(decline, correlation_id="c-no"))
    matcher.at_rest(orders=3)
    assert _planned(topics) == {second.order_id}
    (gone,) = (match for match in topics.matches().values() if match.demand_id == DEMAND.order_id)
    assert gone.status == "withdrawn"
    assert (
        dict(topics.newest("matches-v1")[str(gone.match_id).encode()].headers)["ce_correlationid"] == b"c-no"
    )
    diagnosis = topics.newest("diagnoses-v1")[str(DEMAND.order_id).encode()]
    assert Diagnosis.model_validate_json(diagnosis.value or b"").codes == ("FORBIDDEN",)

    sent = len(topics.read("matches-v1"))
    matcher.kill()
    matcher.start().at_rest(orders=3)
    assert len(topics.read("matches-v1")) == sent, "a restart proposes nothing that was declined"

    ended = decline.model_copy(update={"version": 2, "status": "ended", "ended_at": NOW})
    topics.send(constraint_record(ended))
    matcher.at_rest(orders=3)
    assert topics.live() == called_for(orders)


def test_what_is_held_never_moves(topics: Topics, start_matcher: StartMatcher) -> None:
    """A hold has left `remaining` before the matcher hears of it: whatever is declined, pinned or posted afterwards
    is matched from the rest, and a fully held order is in no match at all.
    """
    held = snapshot("offer", version=2, status="reserved", remaining=0)
    part = snapshot("demand", side="demand", version=2, remaining=40 * KG)
    rich = snapshot("rich", side="demand", price=9 * CNY)
    other = snapshot("other", price=2 * CNY)
    matcher = start_matcher()
    topics.send(policy_record(Policy()), *map(order_record, [held, part, rich, other]))
    topics.send(constraint_record(constraint("pin", "pin", offer="offer", demand="rich")))
    matcher.at_rest(orders=3)
    live = [match for match in topics.matches().values() if match.status == "proposed"]
    assert {match.offer_id for match in live} == {other.order_id}
    assert max(match.quantity for match in live if match.demand_id == part.order_id) <= 40 * KG
    assert topics.live() == called_for([part, rich, other])
    assert "constraint cannot be kept" in matcher.log.read_text("utf-8")
    assert 'duijie_matcher_left_out_constraints_total{kind="pin"}' in matcher.metrics()


def test_pins_and_limits_hold_and_an_unreadable_constraint_is_put_aside(
    topics: Topics, start_matcher: StartMatcher
) -> None:
    """A pin moves the plan to the pinned pair, a maximum caps it in whatever market, rubbish changes nothing."""
    second = snapshot("second", side="demand", price=2 * CNY, sequence=DEMAND.sequence + 1)
    matcher = start_matcher()
    topics.send(policy_record(Policy()), *map(order_record, [OFFER, DEMAND, second]))
    topics.send(constraint_record(constraint("pin", "pin", offer="offer", demand="second", quantity=60 * KG)))
    matcher.at_rest(orders=3)
    assert _planned(topics) == {DEMAND.order_id, second.order_id}
    most = constraint("most", "maximum", party_id=OFFER.party_id, quantity=70 * KG)
    topics.send(constraint_record(most))
    matcher.at_rest(orders=3)
    planned = [match.quantity for match in topics.matches().values() if match.kind == "plan"]
    assert sorted(planned) == [10 * KG, 60 * KG]
    topics.send(Record("constraints-v1", 0, 0, b"rubbish", b"{}", ()))
    matcher.at_rest(orders=3)
    (letter,) = topics.newest("dead-letters-v1").values()
    assert DeadLetter.model_validate_json(letter.value or b"").topic == "constraints-v1"


def test_a_search_widens_with_the_clock(topics: Topics, start_matcher: StartMatcher) -> None:
    """A pair 145 km apart by road is out of reach at first, says for how many days, and is proposed at the tick at which one
    of them has waited for two days.
    """
    apart = snapshot("demand", side="demand", latitude_e7=310_000_000, posted_at=NOW)
    partition = partition_for("potato")
    matcher = start_matcher()
    topics.send(policy_record(Policy(widening=WideningPolicy(start_km=100, km_per_day=25))))
    topics.send(tick_record(partition, NOW))
    topics.send(order_record(snapshot("offer", posted_at=NOW)), order_record(apart))
    matcher.at_rest(orders=2)
    assert topics.live() == set()
    diagnosis = topics.newest("diagnoses-v1")[str(apart.order_id).encode()]
    (miss,) = Diagnosis.model_validate_json(diagnosis.value or b"").near_misses
    assert (miss.codes, miss.wait_days) == (("RADIUS",), 2)

    topics.send(tick_record(partition, NOW + dt.timedelta(hours=47)))
    topics.send(tick_record(partition, NOW + dt.timedelta(hours=48)))
    matcher.at_rest(orders=2)
    assert topics.live() == called_for([OFFER, DEMAND])


def test_a_missing_capacity_is_called_for_and_used_once_it_is_posted(
    topics: Topics, start_matcher: StartMatcher
) -> None:
    """The call is withdrawn when a lorry is posted, the pair then goes by it, and both turn back when the lorry goes."""
    cold = {"side": "demand", "temperature": "chilled", "latitude_e7": 320_000_000}
    lorry = capacity(
        "lorry",
        activity="line_haul",
        product_in=None,
        to_latitude_e7=320_000_000,
        to_longitude_e7=1_000_000_000,
    )
    matcher = start_matcher()
    topics.send(policy_record(Policy(matching=MatchingPolicy(cold_chain="required"))))
    topics.send(order_record(OFFER), order_record(snapshot("demand", price=9 * CNY, **cold)))
    matcher.at_rest(orders=2)
    assert topics.live() == set()
    assert [(call.code, call.status) for call in _calls(topics)] == [("COLD_GAP", "open")]

    topics.send(capacity_record(lorry))
    matcher.at_rest(orders=2)
    assert [call.status for call in _calls(topics)] == ["withdrawn"]
    (match,) = topics.matches().values()
    assert [leg.capacity_id for leg in match.route] == [lorry.capacity_id]

    topics.send(capacity_record(lorry.model_copy(update={"version": 2, "status": "withdrawn"})))
    matcher.at_rest(orders=2)
    assert topics.live() == set()
    assert [call.status for call in _calls(topics)] == ["open"]


def _calls(topics: Topics) -> list[CapacityCall]:
    """The newest state of every call."""
    return [
        CapacityCall.model_validate_json(record.value or b"") for record in topics.newest("calls-v1").values()
    ]


def _planned(topics: Topics) -> set[object]:
    """The demands that the plan serves."""
    matches = topics.matches().values()
    return {match.demand_id for match in matches if match.kind == "plan" and match.status == "proposed"}


def test_an_own_record_that_nobody_can_read_is_replaced(topics: Topics, start_matcher: StartMatcher) -> None:
    """Rubbish under a match's key gives way to the match, and rubbish under any other key to nothing."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()), order_record(OFFER), order_record(DEMAND))
    matcher.at_rest(orders=2)
    matcher.kill()
    (match,) = topics.newest("matches-v1").values()
    topics.send(replace(match, value=b"rubbish"), replace(match, key=b"other", value=b"rubbish"))
    matcher.start().at_rest(orders=2)
    assert topics.live() == called_for([OFFER, DEMAND])


def test_a_stop_under_load_is_clean(topics: Topics, start_matcher: StartMatcher) -> None:
    """SIGTERM in the middle of a burst: exit status 0, no child left, and nothing lost after the next start."""
    orders = [snapshot(f"o{n}", side=("offer", "demand")[n % 2]) for n in range(400)]
    matcher = start_matcher()
    topics.send(policy_record(Policy()))
    matcher.ready()
    topics.send(*(order_record(order) for order in orders))
    descendants = matcher.descendants()
    assert descendants
    assert matcher.terminate() == 0
    eventually(
        lambda: [p for p in descendants if p.is_running()], lambda left: not left, "the children's end"
    )
    matcher.start().at_rest(orders=len(orders))
    assert topics.live() == called_for(orders)


def test_no_child_outlives_a_killed_worker(topics: Topics, start_matcher: StartMatcher) -> None:
    """Kill -9 leaves nothing behind, with nobody there to clean up."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()))
    matcher.ready()
    descendants = matcher.descendants()
    matcher.kill()
    eventually(lambda: [p for p in descendants if _alive(p)], lambda left: not left, "the children's end")


def test_a_dead_child_ends_the_worker_loudly(topics: Topics, start_matcher: StartMatcher) -> None:
    """A worker that cannot match any more is of no use: status 70, for its supervisor to start anew."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()))
    matcher.ready()
    for child in matcher.descendants():
        if "spawn_main" in " ".join(child.cmdline()):
            child.send_signal(signal.SIGKILL)
    topics.send(order_record(OFFER))
    assert matcher.process.wait(60) == 70
    assert "BrokenProcessPool" in matcher.log.read_text("utf-8")


def test_the_metrics_are_all_there(topics: Topics, start_matcher: StartMatcher) -> None:
    """What the README lists, counted."""
    matcher = start_matcher()
    topics.send(policy_record(Policy()))
    matcher.ready()
    topics.send(order_record(OFFER), order_record(DEMAND), Record("orders-v1", 0, 0, b"bad", b"bad", ()))
    matcher.at_rest(orders=2)
    text = matcher.metrics()
    assert "duijie_matcher_events_total 3.0" in text
    assert "duijie_matcher_dead_letters_total 1.0" in text
    assert 'duijie_matcher_published_total{topic="matches-v1"} 1.0' in text
    for name in (
        "clearings_total",
        "withdrawn_total",
        "clearing_seconds_count",
        "lag",
        "refetched_total",
        "loads_total",
    ):
        assert f"duijie_matcher_{name} " in text


def _alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
