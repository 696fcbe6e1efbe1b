"""Records of evidence and certificates, and orders that show them without a new posting."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from duijie_shared.events.orders import OrderSnapshot

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]

DIGEST = "a" * 64
CERTIFICATE: dict[str, object] = {
    "kind": "绿色食品", "number": "LB-15-2301", "issuer": "中国绿色食品发展中心", "document_sha256": DIGEST,
    "issued_on": "2026-01-01", "expires_on": "2026-12-31",
}  # fmt: skip
EVIDENCE: dict[str, object] = {
    "level": "inspected", "issuer": "威宁县农业农村局", "document_sha256": DIGEST,
    "issued_on": "2026-11-01", "expires_on": "2026-12-31",
}  # fmt: skip


def record(catalog: Any, party: str, of: str, body: dict[str, object]) -> str:
    """A record of the party's, entered by the operator; its id."""
    made = catalog.client.post(
        f"/parties/{catalog.parties[party]}/{of}", json=body, headers=catalog.as_operator()
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def revoke(catalog: Any, party: str, of: str, id_: str) -> Any:
    """Take a record back."""
    return catalog.client.delete(
        f"/parties/{catalog.parties[party]}/{of}/{id_}", headers=catalog.as_operator()
    )


def post(catalog: Any, body: dict[str, object], party: str = "p1", kind: str = "offers") -> str:
    """Post an order and return its id."""
    made = catalog.client.post(f"/orders/{kind}", json=body, headers=catalog.as_party(party))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def tick(catalog: Any, as_of: str) -> None:
    """Turn the clock."""
    turned = catalog.client.post("/ticks", json={"as_of": as_of}, headers=catalog.as_operator())
    assert turned.status_code == 200, turned.text


def told(catalog: Any) -> list[OrderSnapshot]:
    """The snapshots of orders that wait to be sent, oldest first."""
    return [body for _, body, _ in catalog.outbox() if isinstance(body, OrderSnapshot)]


def test_an_offer_shows_what_records_attest(catalog: Any, an_offer: Body) -> None:
    """The best level and every certificate that hold for its product or what it is a variety of, on the day."""
    catalog.as_party("p1")
    record(catalog, "p1", "evidence", EVIDENCE | {"product": "土豆"})
    record(catalog, "p1", "evidence", EVIDENCE | {"level": "laboratory", "product": "番茄"})
    record(catalog, "p1", "certificates", CERTIFICATE)
    catalog.clear_outbox()
    post(catalog, an_offer(certificates=["有机"]))
    (snapshot,) = told(catalog)
    assert (snapshot.evidence, snapshot.certificates) == ("inspected", ("green", "organic"))


def test_an_offer_cannot_say_how_well_it_is_attested(catalog: Any, an_offer: Body) -> None:
    """By API or file a level of its own is refused, beside whatever else is wrong; a demand asks for a level."""
    headers = catalog.as_party("p1")
    refused = catalog.client.post("/orders/offers", json=an_offer(evidence="laboratory"), headers=headers)
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [
        ("evidence", "by-record")
    ]
    both = catalog.client.post(
        "/orders/offers", json=an_offer(evidence="inspected", quantity=-1), headers=headers
    )
    assert {error["field"] for error in both.json()["errors"]} == {"evidence", "quantity"}
    assert post(catalog, an_offer(evidence="self_declared"))
    rows = (
        "row_key,party,product,grade,quantity,unit,county,available_from,available_to,evidence\n"
        "o1,p1,土豆,4,10,t,520526,2026-11-25,2027-01-20,检测报告\n"
        "o2,p1,土豆,4,10,t,520526,2026-11-25,2027-01-20,\n"
    )
    done = catalog.finished(catalog.import_("offers", rows))
    assert (done["created"], [error["code"] for error in done["errors"]]) == (1, ["by-record"])
    demand = {
        "product": "土豆", "quantity": 3, "unit": "t", "county": "310115", "evidence": "inspected",
        "certificates": ["绿色"], "needed_from": "2026-11-25", "needed_to": "2027-01-20",
    }  # fmt: skip
    record(catalog, "p1", "certificates", CERTIFICATE)
    catalog.clear_outbox()
    post(catalog, demand, kind="demands")
    (snapshot,) = told(catalog)
    assert (snapshot.evidence, snapshot.certificates) == ("inspected", ("green",))


def test_a_record_and_its_revocation_show_at_once(catalog: Any, an_offer: Body) -> None:
    """Each is one new version of the party's offers that it touches, and of nothing else."""
    potato = post(catalog, an_offer())
    post(catalog, an_offer(product="番茄", unit="kg", quantity=500, min_lot=None))
    post(catalog, an_offer(), party="p2")
    catalog.clear_outbox()
    id_ = record(catalog, "p1", "evidence", EVIDENCE | {"product": "土豆"})
    assert revoke(catalog, "p1", "evidence", id_).json()["revoked_at"]
    again = revoke(catalog, "p1", "evidence", id_)
    assert again.status_code == 200
    assert [(str(each.order_id), each.version, each.evidence) for each in told(catalog)] == [
        (potato, 2, "inspected"),
        (potato, 3, "self_declared"),
    ]


def test_a_level_of_the_whole_party_is_the_partys_own(catalog: Any, an_offer: Body) -> None:
    """It is on `parties-v1`; a level for one product is not."""
    catalog.as_party("p1")
    catalog.clear_outbox()
    record(catalog, "p1", "evidence", EVIDENCE | {"product": "土豆", "level": "laboratory"})
    id_ = record(catalog, "p1", "evidence", EVIDENCE)
    revoke(catalog, "p1", "evidence", id_)
    parties = [
        (body.version, body.evidence) for row, body, _ in catalog.outbox() if row.topic == "parties-v1"
    ]
    assert parties == [(2, "inspected"), (3, "self_declared")]


def test_what_expires_is_told_when_its_last_day_is_over(catalog: Any, an_offer: Body) -> None:
    """A second before midnight in Shanghai it still holds; after it the offer goes on without, once, alone."""
    catalog.as_party("p1")
    record(catalog, "p1", "certificates", CERTIFICATE)
    record(catalog, "p1", "evidence", EVIDENCE | {"product": "土豆"})
    offer = post(catalog, an_offer(certificates=["绿色", "有机"]))
    post(catalog, an_offer(product="番茄", unit="kg", quantity=500, min_lot=None), party="p2")
    gone = post(catalog, an_offer())
    catalog.client.delete(f"/orders/offers/{gone}", headers=catalog.as_party("p1", **{"If-Match": '"1"'}))
    catalog.clear_outbox()
    tick(catalog, "2026-12-31T23:59:59+08:00")
    assert told(catalog) == []
    tick(catalog, "2027-01-01T00:00:00+08:00")
    tick(catalog, "2027-01-01T00:00:00+08:00")
    tick(catalog, "2027-01-01T05:00:00+08:00")
    ((snapshot),) = told(catalog)
    assert (str(snapshot.order_id), snapshot.version, snapshot.status) == (offer, 2, "open")
    assert (snapshot.evidence, snapshot.certificates) == ("self_declared", ("organic",))


def test_what_begins_is_told_on_its_first_day(catalog: Any, an_offer: Body) -> None:
    """Not the day before; the party's own level too, by the hourly turn."""
    catalog.as_party("p1")
    record(catalog, "p1", "evidence", EVIDENCE | {"issued_on": "2026-11-25"})
    post(catalog, an_offer())
    worker = catalog.worker()
    for day, level in ((24, "self_declared"), (25, "inspected")):
        catalog.clear_outbox()
        catalog.now = catalog.now.replace(day=day)
        worker.step()
        tellings = {
            row.topic: body.evidence for row, body, _ in catalog.outbox() if hasattr(body, "evidence")
        }
        assert tellings == ({} if day == 24 else {"orders-v1": level, "parties-v1": level})


def test_a_clock_that_is_set_back_takes_the_facts_with_it(catalog: Any, an_offer: Body) -> None:
    """What is published is always what holds on the clock's day."""
    catalog.as_party("p1")
    record(catalog, "p1", "certificates", CERTIFICATE)
    post(catalog, an_offer())
    for as_of in ("2027-01-02T00:00:00Z", "2026-11-24T00:00:00Z"):
        tick(catalog, as_of)
    assert [each.certificates for each in told(catalog)] == [("green",), (), ("green",)]


def test_records_and_postings_at_the_same_moment_agree_in_the_end(catalog: Any, an_offer: Body) -> None:
    """Whichever came first, the newest version of every offer shows the certificate."""
    headers = catalog.as_party("p1")

    def act(number: int) -> int:
        if number == 4:
            record(catalog, "p1", "certificates", CERTIFICATE)
            return 201
        status: int = catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(act, range(16))) == {201}
    newest = {each.order_id: each.certificates for each in told(catalog)}
    assert len(newest) == 15
    assert set(newest.values()) == {("green",)}


@pytest.mark.parametrize(
    ("of", "changes", "field", "code"),
    [
        ("evidence", {"level": "self_declared"}, "level", "not-an-option"),
        ("evidence", {"level": None}, "level", "required"),
        ("evidence", {"number": "1"}, "number", "unknown"),
        ("certificates", {"kind": "halal"}, "kind", "not-an-option"),
        ("certificates", {"number": ""}, "number", "required"),
        ("certificates", {"issuer": None}, "issuer", "required"),
        ("certificates", {"document_sha256": "abc"}, "document_sha256", "not-a-digest"),
        ("certificates", {"product": "龙肉"}, "product", "unknown-product"),
        ("certificates", {"product": "蔬菜"}, "product", "category"),
        ("certificates", {"expires_on": "2025-12-31"}, "expires_on", "window-reversed"),
        ("certificates", {"expires_on": "2026-11-22"}, "expires_on", "window-over"),
        ("certificates", {"issued_on": "soon"}, "issued_on", "not-a-date"),
    ],
    ids=str,
)
def test_a_record_that_is_written_wrongly_names_the_field(
    catalog: Any, of: str, changes: dict[str, object], field: str, code: str
) -> None:
    """422 in both languages; one that ends today is taken, since it holds today."""
    catalog.as_party("p1")
    body = EVIDENCE if of == "evidence" else CERTIFICATE
    url = f"/parties/{catalog.parties['p1']}/{of}"
    refused = catalog.client.post(url, json=body | changes, headers=catalog.as_operator())
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(field, code)]
    assert all(each["zh"] and each["en"] for each in refused.json()["errors"])
    record(catalog, "p1", of, body | {"expires_on": "2026-11-23"})


def test_staff_enter_records_of_their_area_and_parties_read_their_own(catalog: Any) -> None:
    """Neither the party itself nor staff of elsewhere enter or revoke any; the digest is all there is of a document."""
    own = catalog.as_party("p1")
    catalog.client.post(
        "/parties",
        json={"row_key": "p2", "name": "威宁合作社", "kind": "producer", "county": "520526"},
        headers=catalog.as_operator(),
    )
    found = catalog.client.get("/parties", params={"row_key": "p2"}, headers=catalog.as_operator()).json()
    url = f"/parties/{found['items'][0]['id']}/certificates"
    staff = {
        county: catalog.as_operator(**{"X-Role": "staff", "X-County": county})
        for county in ("520500", "610822")
    }
    assert catalog.client.post(url, json=CERTIFICATE, headers=staff["610822"]).status_code == 403
    made = catalog.client.post(url, json=CERTIFICATE, headers=staff["520500"])
    assert (made.status_code, made.json()["kind"]) == (201, "green")
    assert catalog.client.delete(f"{url}/{made.json()['id']}", headers=staff["610822"]).status_code == 403
    mine = f"/parties/{catalog.parties['p1']}/certificates"
    assert catalog.client.post(mine, json=CERTIFICATE, headers=own).status_code == 403
    assert catalog.client.get(mine, headers=own).json()["items"] == []
    assert catalog.client.get(url, headers=own).status_code == 404
    assert (
        catalog.client.delete(f"{mine}/{made.json()['id']}", headers=catalog.as_operator()).status_code == 404
    )
    assert [each["id"] for each in catalog.client.get(url, headers=staff["520500"]).json()["items"]] == [
        made.json()["id"]
    ]
