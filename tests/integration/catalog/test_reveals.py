"""What is private of a party is shown by a reveal alone, and every reveal leaves a row that stays."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from duijie_catalog.privacy.disclosure import note_reveal
from duijie_catalog.unit_of_work import unit_of_work
from sqlalchemy.exc import DBAPIError

pytestmark = pytest.mark.database

CONTACT = "13811112222"


@pytest.fixture
def farm(catalog: Any) -> str:
    """A party with a contact and an exact place; its id."""
    body = {
        "row_key": "farm",
        "name": "合作社",
        "kind": "producer",
        "county": "520526",
        "latitude": 26.8591234,
        "longitude": 104.2871234,
        "contact": CONTACT,
    }
    made = catalog.client.post("/parties", json=body, headers=catalog.as_operator())
    assert made.status_code == 201, made.text
    catalog.parties["farm"] = made.json()["id"]
    return str(made.json()["id"])


def reveals(catalog: Any, farm: str, headers: dict[str, str]) -> Any:
    """The answer of GET /parties/{id}/reveals."""
    return catalog.client.get(f"/parties/{farm}/reveals", headers=headers)


def test_staff_read_neither_contact_nor_exact_place_without_a_reveal(catalog: Any, farm: str) -> None:
    """The county is what staff see of a place; the party reads all of itself."""
    as_staff = catalog.as_operator()
    seen = catalog.client.get(f"/parties/{farm}", headers=as_staff).json()
    listed = catalog.client.get("/parties", headers=as_staff).json()["items"][0]
    for answer in (seen, listed):
        assert answer["county"] == "520526"
        assert not {"contact", "latitude", "longitude"} & answer.keys()
    own = catalog.client.get(f"/parties/{farm}", headers=catalog.as_party("farm")).json()
    assert (own["contact"], own["latitude"], own["longitude"]) == (CONTACT, 26.8591234, 104.2871234)


def test_a_reveal_to_staff_answers_and_is_noted(catalog: Any, farm: str) -> None:
    """Who saw which fields, when and why: the party itself and staff read it; no value is in it."""
    key = str(uuid4())
    given = catalog.client.post(
        f"/parties/{farm}/reveals",
        json={"reason": "dispute"},
        headers=catalog.as_operator() | {"X-Key-Id": key},
    )
    assert given.status_code == 201, given.text
    assert given.json() == {
        "party": farm,
        "contact": CONTACT,
        "latitude": 26.8591234,
        "longitude": 104.2871234,
    }
    for headers in (catalog.as_operator(), catalog.as_party("farm")):
        (row,) = reveals(catalog, farm, headers).json()["items"]
        assert row == {
            "at": catalog.now.isoformat(),
            "to_party": None,
            "to_role": "admin",
            "fields": ["contact", "latitude", "longitude"],
            "reason": "dispute",
            "object": farm,
        }
    assert [str(row.to_key) for row in catalog.rows("SELECT to_key FROM reveals")] == [key]
    assert catalog.rows("SELECT * FROM idempotency") == []


def test_a_reveal_needs_a_reason_that_is_known(catalog: Any, farm: str) -> None:
    """Curiosity is none, and a deal's reveal comes from a deal alone; nothing is shown and nothing noted."""
    for reason in ({}, {"reason": "curiosity"}, {"reason": "deal"}):
        refused = catalog.client.post(f"/parties/{farm}/reveals", json=reason, headers=catalog.as_operator())
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    assert catalog.rows("SELECT * FROM reveals") == []


def test_no_party_reveals_or_reads_anothers_reveals(catalog: Any, farm: str) -> None:
    """Another party's list is as good as absent; no party makes a reveal, not even its own."""
    assert reveals(catalog, farm, catalog.as_party("other")).status_code == 404
    for who in ("farm", "other"):
        refused = catalog.client.post(
            f"/parties/{farm}/reveals", json={"reason": "support"}, headers=catalog.as_party(who)
        )
        assert refused.status_code == 403


def test_staff_of_an_area_are_shown_the_parties_of_that_area_alone(catalog: Any, farm: str) -> None:
    """The county's own, or those of its prefecture and province; elsewhere 403, and nothing is noted."""
    as_staff = catalog.as_operator() | {"X-Role": "staff", "X-Key-Id": str(uuid4())}
    statuses = [
        catalog.client.post(
            f"/parties/{farm}/reveals", json={"reason": "support"}, headers=as_staff | {"X-County": area}
        ).status_code
        for area in ("520526", "520500", "520000", "520525", "530000")
    ]
    assert statuses == [201, 201, 201, 403, 403]
    assert len(catalog.rows("SELECT * FROM reveals")) == 3


def test_reveals_are_paged_oldest_first(catalog: Any, farm: str) -> None:
    """Every row once, whatever the page's size."""
    for reason in ("dispute", "support", "authority"):
        catalog.client.post(
            f"/parties/{farm}/reveals", json={"reason": reason}, headers=catalog.as_operator()
        )
    met: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = catalog.client.get(
            f"/parties/{farm}/reveals", params=query, headers=catalog.as_operator()
        ).json()
        met += [row["reason"] for row in page["items"]]
        cursor = page["next"]
    assert met == ["dispute", "support", "authority"]


def test_what_was_noted_can_be_neither_changed_nor_deleted(catalog: Any, farm: str) -> None:
    """By no statement on either table: the database refuses."""
    catalog.client.post(f"/parties/{farm}/reveals", json={"reason": "dispute"}, headers=catalog.as_operator())
    for statement in (
        "UPDATE reveals SET reason = 'x'",
        "DELETE FROM reveals",
        "TRUNCATE reveals",
        "DELETE FROM erasures",
    ):
        with (
            pytest.raises(DBAPIError, match="only takes new rows"),
            catalog.engine.begin() as connection,
        ):
            connection.exec_driver_sql(statement)
    assert len(catalog.rows("SELECT * FROM reveals")) == 1


def test_a_reveal_is_to_exactly_one_reader_and_of_something(catalog: Any, farm: str) -> None:
    """To nobody, or to two at once, is a fault of the caller; of no field, nothing happened."""
    party = catalog.parties["farm"]
    with unit_of_work(catalog.engine, "c") as uow:
        for readers in ({}, {"to_party": party, "to_role": "staff"}):
            with pytest.raises(ValueError, match="one party or to one role"):
                note_reveal(
                    uow, party_id=party, fields=["contact"], reason="deal", now=catalog.now, **readers
                )
        note_reveal(uow, party_id=party, fields=[], reason="deal", now=catalog.now, to_role="staff")
    assert catalog.rows("SELECT * FROM reveals") == []
