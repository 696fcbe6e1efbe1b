"""The steps of a party's verification: where each leads, and whose it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
from duijie_catalog.domain.party import Party
from duijie_catalog.domain.verification import (
    REASONS,
    STEPS,
    Action,
    Actor,
    NotTheirsError,
    Step,
    WrongStatusError,
    next_status,
)
from duijie_shared.events.parties import PartyStatus
from duijie_shared.posting import PostingError, parse_party

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
TERMS = parse_party({"name": "红星合作社", "kind": "producer", "county": "520526"}, source="json")
PARTY = UUID(int=3)
ADMIN = Actor(UUID(int=10), "admin")
PLATFORM = Actor(UUID(int=11), "staff")
COUNTY = Actor(UUID(int=12), "staff", "520526")
PREFECTURE = Actor(UUID(int=13), "staff", "520500")
NEIGHBOUR = Actor(UUID(int=14), "staff", "520525")
OWNER = Actor(UUID(int=15), "producer", party_id=PARTY)
STRANGER = Actor(UUID(int=16), "producer", party_id=UUID(int=4))
BOTH = Actor(UUID(int=17), "admin", "520526")
"""An admin whose key has an area: may recommend there, and may approve."""


def a_party(status: PartyStatus = "applied") -> Party:
    """One of the county 520526."""
    return dataclasses.replace(Party.register(PARTY, 1, "p1", TERMS, NOW), status=status)


def recommended_by(actor: Actor) -> Step:
    """The line that a recommendation leaves."""
    return Step(PARTY, 2, NOW, actor, "recommend", "applied", "recommended")


@pytest.mark.parametrize(
    ("action", "status"), list(product(STEPS, [each for each in get_args(PartyStatus) if each != "erased"]))
)
def test_a_step_leads_on_from_its_own_status_alone(action: Action, status: PartyStatus) -> None:
    """From any other it is refused, and so the states are those of the picture in the documentation."""
    actor = COUNTY if action == "recommend" else ADMIN
    to = STEPS[action].get(status)
    if to is None:
        with pytest.raises(WrongStatusError) as refused:
            next_status(a_party(status), action, actor, [])
        assert refused.value.zh
        assert refused.value.en
    else:
        assert next_status(a_party(status), action, actor, []) == to


@pytest.mark.parametrize(
    ("action", "status", "may"),
    [
        ("apply", "returned", {ADMIN, PLATFORM, COUNTY, PREFECTURE, OWNER, BOTH}),
        ("recommend", "applied", {COUNTY, PREFECTURE, BOTH}),
        ("approve", "recommended", {ADMIN, PLATFORM, BOTH}),
        ("return", "applied", {ADMIN, PLATFORM, COUNTY, PREFECTURE, BOTH}),
        ("return", "recommended", {ADMIN, PLATFORM, BOTH}),
        ("suspend", "approved", {ADMIN, PLATFORM, BOTH}),
        ("reinstate", "suspended", {ADMIN, PLATFORM, BOTH}),
    ],
)
def test_each_step_is_for_whom_the_table_names(action: Action, status: PartyStatus, may: set[Actor]) -> None:
    """The county's staff recommend, the platform decides, the party applies anew; nobody else does anything."""
    for actor in (ADMIN, PLATFORM, COUNTY, PREFECTURE, NEIGHBOUR, OWNER, STRANGER, BOTH):
        if actor in may:
            next_status(a_party(status), action, actor, [])
            continue
        with pytest.raises(NotTheirsError) as refused:
            next_status(a_party(status), action, actor, [])
        assert refused.value.code in {"outside-area", "platform-only"}


def test_nobody_both_recommends_and_approves_one_application() -> None:
    """The key that recommended it may not approve it, another may; an earlier application binds nobody."""
    with pytest.raises(NotTheirsError) as refused:
        next_status(a_party("recommended"), "approve", BOTH, [recommended_by(BOTH)])
    assert refused.value.code == "four-eyes"
    assert next_status(a_party("recommended"), "approve", ADMIN, [recommended_by(BOTH)]) == "approved"
    later = [recommended_by(BOTH), recommended_by(COUNTY)]
    assert next_status(a_party("recommended"), "approve", BOTH, later) == "approved"


def test_a_party_without_a_county_has_nobody_to_recommend_it() -> None:
    """Not even staff of the province: a place without a county lies in no area."""
    nowhere = parse_party({"name": "红星", "kind": "producer"}, source="json")
    with pytest.raises(NotTheirsError):
        next_status(dataclasses.replace(a_party(), terms=nowhere), "recommend", COUNTY, [])


@pytest.mark.parametrize("status", ["applied", "recommended", "returned"])
def test_what_is_under_verification_is_not_amended_from_the_side(status: PartyStatus) -> None:
    """What was recommended must be what is approved; the same facts again are no amendment."""
    party = a_party(status)
    other = parse_party({"name": "红星", "kind": "producer", "county": "520526"}, source="json")
    with pytest.raises(PostingError) as refused:
        party.amend(other, NOW)
    assert refused.value.errors[0].code == "under-verification"
    assert party.amend(TERMS, NOW) is party


def test_every_reason_says_in_both_languages_what_it_is() -> None:
    """None is empty, none repeats another."""
    for index in (0, 1):
        texts = [words[index] for words in REASONS.values()]
        assert all(texts)
        assert len(set(texts)) == len(texts)
