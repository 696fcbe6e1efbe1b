"""Reveals and erasures at the gateway's door, and what an erasure ends there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from duijie_gateway.projection import Projection
from duijie_gateway.tables import KeyRow, PartyRow, SessionRow
from duijie_shared.events.parties import PartySnapshot
from gateway_records import NOW, Log, an_id
from gateway_served import Gateway
from sqlalchemy import func, select
from sqlmodel import col

if TYPE_CHECKING:
    from gateway_served import Key
    from sqlalchemy import Engine

pytestmark = pytest.mark.database

PARTY = {
    "row_key": "farm", "name": "合作社", "kind": "producer", "county": "532523", "latitude": 22.9512345,
    "longitude": 103.6912345, "contact": "13811112222",
}  # fmt: skip


@pytest.fixture
def farm(whole_gateway: Gateway) -> UUID:
    """A party that staff entered; its id."""
    with whole_gateway.client() as admin:
        return UUID(admin.post("/v1/parties", json=PARTY).json()["id"])


def test_staff_see_a_contact_by_a_reveal_alone_and_the_party_reads_of_it(
    whole_gateway: Gateway, farm: UUID
) -> None:
    """With the key that asked in catalog's log; the party's list names the role, the fields and the reason."""
    staff = whole_gateway.key("staff")
    with whole_gateway.client(staff) as client:
        for path in (f"/v1/parties/{farm}", "/v1/parties"):
            assert "13811112222" not in client.get(path).text
            assert "9512345" not in client.get(path).text
        shown = client.post(f"/v1/parties/{farm}/reveals", json={"reason": "dispute"})
    assert shown.status_code == 201
    assert shown.json() == {"party": str(farm)} | {
        name: PARTY[name] for name in ("contact", "latitude", "longitude")
    }
    with whole_gateway.client(whole_gateway.key("producer", farm)) as client:
        page = client.get(f"/v1/parties/{farm}/reveals").json()
    assert page["next"] is None
    (row,) = page["items"]
    assert (row["to_role"], row["reason"], row["to_party"]) == ("staff", "dispute", None)
    assert row["fields"] == ["contact", "latitude", "longitude"]


def test_reveals_have_pages(whole_gateway: Gateway, farm: UUID) -> None:
    """With the gateway's own signed cursors."""
    with whole_gateway.client() as admin:
        for reason in ("dispute", "support", "authority"):
            admin.post(f"/v1/parties/{farm}/reveals", json={"reason": reason})
        first = admin.get(f"/v1/parties/{farm}/reveals", params={"limit": 2}).json()
        second = admin.get(f"/v1/parties/{farm}/reveals", params={"limit": 2, "cursor": first["next"]}).json()
    assert [row["reason"] for row in first["items"] + second["items"]] == ["dispute", "support", "authority"]
    assert second["next"] is None


def test_a_party_asks_and_an_admin_deletes(whole_gateway: Gateway, farm: UUID) -> None:
    """202 and then 200; the answer of an erasure holds nothing that was deleted."""
    with whole_gateway.client(whole_gateway.key("producer", farm)) as client:
        asked = client.post(f"/v1/parties/{farm}/erasure", json={})
        assert (asked.status_code, asked.json()["status"]) == (202, "requested")
    with whole_gateway.client() as admin:
        done = admin.post(f"/v1/parties/{farm}/erasure", json={"reason": "own-request"})
        assert (done.status_code, done.json()["status"]) == (200, "done")
        seen = admin.get(f"/v1/parties/{farm}").json()
        again = admin.get(f"/v1/parties/{farm}/erasure")
    assert again.json() == done.json()
    assert not {"合作社", "13811112222", "farm"} & set(map(str, seen.values()))


def test_the_tombstone_of_a_party_ends_its_keys_and_sessions(engine: Engine, gateway: Gateway) -> None:
    """At once, with what the keys were called; the keys of others stay. A replay changes nothing."""
    party, other = an_id("erased"), an_id("other")
    key, kept = gateway.key("producer", party), gateway.key("producer", other)
    with gateway.client(None) as browser:
        browser.post("/v1/session", json={"key": key.secret})
    log = Log()
    bodies = [a_party(party), a_party(other)]
    Projection(engine).apply([log.add(body) for body in bodies], log.reached, now=NOW)
    assert status(gateway, key) == 200
    buried = log.bury(bodies[0])
    for _ in range(2):
        Projection(engine).apply([buried], log.reached, now=NOW)
    assert (status(gateway, key), status(gateway, kept)) == (401, 200)
    with engine.connect() as connection:
        row = connection.execute(select(KeyRow.__table__).where(col(KeyRow.id) == key.id)).mappings().one()  # type: ignore[attr-defined]
        sessions = connection.execute(select(func.count()).select_from(SessionRow)).scalar_one()
        names = connection.execute(select(col(PartyRow.id))).scalars().all()
    assert (row["revoked_at"], row["label"], sessions, names) == (NOW, "", 0, [other])


def a_party(id_: UUID) -> PartySnapshot:
    """A party's record."""
    values: dict[str, Any] = {"version": 1, "row_key": "k", "name": "n", "kind": "producer", "county": None}
    return PartySnapshot(party_id=id_, **values)


def status(gateway: Gateway, key: Key) -> int:
    """What a key gets for a list."""
    with gateway.client(key) as client:
        return client.get("/v1/listings").status_code
