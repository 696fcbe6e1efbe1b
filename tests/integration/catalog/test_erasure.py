"""Deleting a party's data on request: from every table, from what waits to be sent, and from the topics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.parties import PartySnapshot
from duijie_shared.geography import counties
from duijie_shared.kafka.memory import MemoryBroker

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]

NAME, CONTACT, USCC, ROW_KEY = "张三果园", "13811112222", "91350100M000100Y43", "zhangsan-7"
NOTE, RESERVE, POINT = "找张三, 村口红房子", 1234.5, (26.8591234, 104.2871234)
SECRETS = (NAME, CONTACT, USCC, ROW_KEY, NOTE, "1234.5", "8591234", "2871234")


@pytest.fixture
def farm(catalog: Any, an_offer: Body) -> str:
    """A party with an open offer, a draft, a withdrawn offer and a capacity, all with what is private; its id."""
    body = {
        "row_key": ROW_KEY,
        "name": NAME,
        "kind": "producer",
        "uscc": USCC,
        "county": "520526",
        "latitude": POINT[0],
        "longitude": POINT[1],
        "contact": CONTACT,
    }
    made = catalog.client.post(
        "/parties", json=body, headers=catalog.as_operator(**{"Idempotency-Key": "enter"})
    )
    assert made.status_code == 201, made.text
    catalog.parties[ROW_KEY] = made.json()["id"]
    private = {
        "latitude": POINT[0],
        "longitude": POINT[1],
        "note": NOTE,
        "reserve_price": RESERVE,
        "area": 12,
    }
    own = catalog.as_party(ROW_KEY)
    for number, changes in enumerate(({}, {"status": "draft"}, {})):
        posted = catalog.client.post(
            "/orders/offers",
            json=an_offer(**private) | changes,
            headers=own | {"Idempotency-Key": f"offer-{number}"},
        )
        assert posted.status_code == 201, posted.text
    withdrawn = catalog.client.delete(
        f"/orders/offers/{posted.json()['id']}", headers=own | {"If-Match": '"1"'}
    )
    assert withdrawn.status_code == 200, withdrawn.text
    capacity = {
        "activity": "cold_storage", "product_in": "potato", "throughput_per_day": 20, "unit": "t", "fee": 80,
        "county": "520526", "latitude": POINT[0], "longitude": POINT[1], "note": NOTE,
        "available_from": "2026-11-25", "available_to": "2027-01-20",
    }  # fmt: skip
    assert catalog.client.post("/capacities", json=capacity, headers=own).status_code == 201
    return str(made.json()["id"])


def erase(catalog: Any, party: str, reason: str = "own-request") -> Any:
    """The operator's erasure."""
    return catalog.client.post(
        f"/parties/{party}/erasure", json={"reason": reason}, headers=catalog.as_operator()
    )


def whole_database(catalog: Any) -> str:
    """Every row of every table, as text."""
    tables = catalog.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for (table,) in tables:
        found += catalog.rows(f"SELECT to_jsonb(t)::text FROM {table} t")  # noqa: S608 - names from the database
    return "\n".join(row[0] for row in found)


def found_in(text: str) -> list[str]:
    """The secrets that a text has."""
    return [secret for secret in SECRETS if secret in text]


def test_nothing_personal_is_left_in_any_table(catalog: Any, farm: str) -> None:
    """Before, all of it is there; after, none: rows, outbox, answers to keys, import files and refused cells."""
    refused = f"row_key,name,kind,contact,uscc\n{ROW_KEY},{NAME},producer,{CONTACT},1\n"
    done = catalog.finished(catalog.import_("parties", refused, filename=f"{NAME}.csv"))
    assert done["refused"] == 1
    assert found_in(whole_database(catalog)) == list(SECRETS)
    assert erase(catalog, farm).status_code == 200
    assert found_in(whole_database(catalog)) == []


def test_the_party_stays_as_an_id_with_kind_and_county_and_trades_no_more(
    catalog: Any, farm: str, an_offer: Body
) -> None:
    """Its orders are withdrawn, at the seat of their county; it can neither post nor be entered again."""
    erase(catalog, farm)
    party = catalog.client.get(f"/parties/{farm}", headers=catalog.as_operator()).json()
    assert (party["kind"], party["county"], party["status"]) == ("producer", "520526", "erased")
    own = catalog.as_party(ROW_KEY)
    seat = counties().get("520526")
    orders = catalog.rows("SELECT * FROM orders")
    assert {row.status for row in orders} == {"withdrawn"}
    assert {(row.latitude_e7, row.longitude_e7) for row in orders} == {(seat.latitude_e7, seat.longitude_e7)}
    assert all(row.reserve_price is row.area_mu is row.note is None for row in orders)
    assert all(row.quantity and row.price for row in orders)
    assert catalog.client.post("/orders/offers", json=an_offer(), headers=own).status_code == 403
    again = catalog.import_("parties", f"row_key,name,kind\n{ROW_KEY},{NAME},producer\n")
    assert catalog.finished(again)["refused"] == 1


def test_the_topics_get_redacted_snapshots_and_then_tombstones(catalog: Any, farm: str) -> None:
    """What was waiting with the old values is dropped; what was sent is superseded, last of all by nothing."""
    broker = MemoryBroker()
    relay = catalog.relay(broker)
    while relay.step():
        pass
    amended = catalog.rows("SELECT id, version FROM orders WHERE status = 'open'")
    for row in amended:
        changed = catalog.client.patch(
            f"/orders/offers/{row.id}",
            json={"quantity": 40},
            headers=catalog.as_party(ROW_KEY, **{"If-Match": f'"{row.version}"'}),
        )
        assert changed.status_code == 200
    sent = {place: len(records) for place, records in broker.partitions.items()}
    erase(catalog, farm)
    for row, body, _ in catalog.outbox():
        assert row.value is None or not found_in(row.value)
        match body:
            case OrderSnapshot() | CapacitySnapshot():
                assert body.status == "withdrawn"
            case PartySnapshot():
                assert body.status == "erased"
    while relay.step():
        pass
    newest: dict[tuple[str, bytes | None], Any] = {}
    for place, records in broker.partitions.items():
        for record in records[sent[place] :]:
            newest[record.topic, record.key] = record.value
    published = [("parties-v1", farm), *(("orders-v1", str(row.id)) for row in amended)]
    published += [("capacities-v1", str(row.id)) for row in catalog.rows("SELECT id FROM capacities")]
    assert all(newest[topic, key.encode()] is None for topic, key in published)
    drafts = catalog.rows("SELECT id FROM orders WHERE opened_at IS NULL")
    assert drafts
    assert not any(("orders-v1", str(row.id).encode()) in newest for row in drafts)


def test_an_erasure_is_asked_for_done_once_and_noted_without_personal_data(catalog: Any, farm: str) -> None:
    """The party's request, the operator's deed, the counts; asked or done again, nothing is added."""
    for _ in range(2):
        asked = catalog.client.post(f"/parties/{farm}/erasure", headers=catalog.as_party(ROW_KEY))
        assert (asked.status_code, asked.json()["status"]) == (202, "requested")
    first, second = erase(catalog, farm), erase(catalog, farm)
    assert first.json() == second.json()
    assert first.json()["status"] == "done"
    assert [
        (step["event"], step["reason"], step["by_role"], step["counts"].get("orders"))
        for step in first.json()["steps"]
    ] == [("requested", "own-request", "producer", None), ("done", "own-request", "admin", 3)]
    versions = catalog.rows("SELECT id, version FROM orders ORDER BY id")
    erase(catalog, farm)
    assert catalog.rows("SELECT id, version FROM orders ORDER BY id") == versions


def test_other_parties_keep_what_is_theirs(catalog: Any, farm: str, an_offer: Body) -> None:
    """Down to the answers that wait for a repeated request."""
    other = catalog.as_party("other", **{"Idempotency-Key": "one"})
    body = an_offer(note="keep me")
    posted = catalog.client.post("/orders/offers", json=body, headers=other)
    before = catalog.client.get(f"/orders/offers/{posted.json()['id']}", headers=other).json()
    waiting = {row.key for row, _, _ in catalog.outbox()}
    erase(catalog, farm)
    assert catalog.client.get(f"/orders/offers/{posted.json()['id']}", headers=other).json() == before
    assert catalog.client.post("/orders/offers", json=body, headers=other).json() == posted.json()
    assert {posted.json()["id"]} <= waiting & {row.key for row, _, _ in catalog.outbox()}


def test_an_erasure_waits_for_imports_and_needs_a_ground(catalog: Any, farm: str) -> None:
    """A file that is still to be worked off may bring the data back: 409, and nothing is changed."""
    queued = catalog.import_("parties", f"row_key,name,kind\n{ROW_KEY},{NAME},producer\n")
    refused = erase(catalog, farm)
    assert (refused.status_code, refused.json()["code"]) == (409, "import-under-way")
    assert refused.headers["retry-after"]
    catalog.finished(queued)
    bad = erase(catalog, farm, "because")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "reason")
    assert found_in(whole_database(catalog))
    assert erase(catalog, farm).status_code == 200


def test_nobody_elses_erasure_is_asked_for_or_read(catalog: Any, farm: str) -> None:
    """Another party's is 404, whether or not there is one."""
    for method in ("GET", "POST"):
        other = catalog.client.request(method, f"/parties/{farm}/erasure", headers=catalog.as_party("other"))
        assert other.status_code == 404
    none = catalog.client.get(f"/parties/{farm}/erasure", headers=catalog.as_party(ROW_KEY)).json()
    assert none == {"party": farm, "status": "none", "steps": []}


def test_what_repeats_the_party_elsewhere_is_gone_too(catalog: Any, farm: str) -> None:
    """Histories, consents, records, standing demands, own schemes, flags: what was written about it or by its people."""
    word, digest = "秘密的话", "5e" * 32
    site = catalog.client.post(
        "/parties", json={"row_key": "s", "name": "站点", "kind": "site"}, headers=catalog.as_operator()
    ).json()["id"]
    own = catalog.as_party(ROW_KEY, **{"X-Label": quote(word), "X-Key-Id": str(UUID(int=7))})
    version = catalog.client.get(f"/parties/{farm}", headers=own).headers["etag"]
    days = {"issued_on": "2026-01-01", "expires_on": "2026-12-31"}
    buyers = own | {"X-Role": "buyer"}
    posted = [
        catalog.client.post(path, json=body, headers=headers)
        for path, body, headers in (
            (
                f"/parties/{farm}/consents",
                {"site": site, "scope": ["post"], "valid_from": "2026-11-01", "valid_to": "2026-12-31",
                 "document_sha256": digest},
                own,
            ),
            (
                f"/parties/{farm}/certificates",
                {"kind": "绿色食品", "number": word, "issuer": "中心", "document_sha256": digest, **days},
                catalog.as_operator(),
            ),
            (
                "/standing-demands",
                {"product": "土豆", "min_grade": 3, "quantity": 12, "unit": "t", "bid_price": 2900, "county": "310115",
                 "note": word, "latitude": POINT[0], "longitude": POINT[1], "reserve_price": 3000 + RESERVE,
                 "repeats": "weekly", "weekdays": [1], "needed_days": 2, "lead_days": 7, "starts_on": "2026-12-01",
                 "ends_on": "2027-02-28"},
                buyers,
            ),
            (
                f"/parties/{farm}/verification",
                {"action": "suspend", "reasons": ["other"], "note": word},
                catalog.as_operator(**{"If-Match": version}),
            ),
        )
    ]  # fmt: skip
    assert [answer.status_code for answer in posted] == [201, 201, 201, 200], [a.text for a in posted]
    order = catalog.rows("SELECT id FROM orders LIMIT 1")[0].id
    with catalog.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO flags (id, order_id, order_version, side, party_id, code, zh, en, facts, digest, raised_at, note)"
            " VALUES (gen_random_uuid(), %(order)s, 1, 'offer', %(party)s, 'yield', '', '', '{}', '', now(), %(word)s)",
            {"order": order, "party": farm, "word": word},
        )
        connection.exec_driver_sql(
            "INSERT INTO grade_schemes (id, party_id, code, code_key, version, body, created_at)"
            " VALUES (gen_random_uuid(), %(party)s, 'c', 'c', 1, jsonb_build_object('title', %(word)s::text), now())",
            {"party": farm, "word": word},
        )
    places = ("step", "key's label", "certificate", "standing demand", "flag", "scheme")
    before = whole_database(catalog)
    assert before.count(word) >= len(places)
    assert digest in before
    assert erase(catalog, farm).status_code == 200
    after = whole_database(catalog)
    assert (word in after, digest in after) == (False, False)
    assert found_in(after) == []
    assert [row.status for row in catalog.rows("SELECT status FROM standing_demands")] == ["ended"]
    for path in ("history", "consents", "certificates"):
        assert catalog.client.get(f"/parties/{farm}/{path}", headers=catalog.as_operator()).status_code == 200
    listed = catalog.client.get("/standing-demands", headers=catalog.as_operator())
    assert (listed.status_code, len(listed.json()["items"])) == (200, 1)
