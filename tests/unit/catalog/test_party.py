"""What a party's record says of it, and what not."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from duijie_catalog.api import answers
from duijie_catalog.domain.party import Party
from duijie_shared.posting import parse_party

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
TERMS = parse_party(
    {
        "name": "红星合作社",
        "kind": "producer",
        "contact": "13800000000",
        "latitude": 26.9012345,
        "longitude": 104.1,
    },
    source="json",
)


def a_party() -> Party:
    """One with a contact and an exact place."""
    return Party.register(UUID(int=3), 1, "p1", TERMS, NOW)


def test_the_record_has_no_contact_and_no_exact_place() -> None:
    """Neither is in the snapshot under any name."""
    body = a_party().snapshot().model_dump_json()
    assert "138" not in body
    assert "26.9" not in body
    assert "269012345" not in body


def test_a_party_that_the_operator_enters_is_approved_on_its_own_word() -> None:
    """Approved, self declared, version 1; other facts make version 2, the same none."""
    party = a_party()
    assert (party.status, party.evidence, party.version) == ("approved", "self_declared", 1)
    assert party.amend(TERMS, NOW) is party
    other = parse_party({"name": "红星", "kind": "producer"}, source="json")
    assert party.amend(other, NOW).version == 2


def test_a_contact_is_for_its_owner_alone() -> None:
    """The same party answers itself with the contact and others without the field."""
    assert answers.party(a_party(), own=True)["contact"] == "13800000000"
    assert "contact" not in answers.party(a_party(), own=False)
