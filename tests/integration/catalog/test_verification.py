"""Applications through catalog's API: steps, history, who may trade."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from deal_market import TONNE, DealMarket
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]

APPLICATION = {
    "row_key": "p1",
    "name": "红星合作社",
    "kind": "producer",
    "county": "520526",
    "contact": "13800000000",
}
WEINING, BIJIE, ELSEWHERE = "520526", "520500", "610822"


def staff(catalog: Any, key: int, county: str | None = None, **headers: str) -> dict[str, str]:
    """A member of staff with a key of their own; without a county of the platform."""
    named = {"X-Role": "staff", "X-Key-Id": str(UUID(int=key)), "X-Label": "%E5%BC%A0%E4%B8%89"}
    found: dict[str, str] = catalog.as_operator(**named, **headers)
    return found | ({"X-County": county} if county else {})


def own(party: dict[str, Any], catalog: Any) -> dict[str, str]:
    """The party itself."""
    found: dict[str, str] = catalog.as_operator(
        **{"X-Role": "producer", "X-Party-Id": party["id"], "X-Key-Id": str(UUID(int=99))}
    )
    return found


def applied(catalog: Any, **changes: object) -> dict[str, Any]:
    """A party that has applied, entered by its county."""
    made = catalog.client.post(
        "/parties/applications", json=APPLICATION | changes, headers=staff(catalog, 1, WEINING)
    )
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def step(catalog: Any, party: dict[str, Any], headers: dict[str, str], action: str, **more: object) -> Any:
    """One step, on the version that stands."""
    seen = catalog.client.get(f"/parties/{party['id']}", headers=catalog.as_operator())
    return catalog.client.post(
        f"/parties/{party['id']}/verification",
        json={"action": action, **more},
        headers=headers | {"If-Match": seen.headers["etag"]},
    )


def approved(catalog: Any, **changes: object) -> dict[str, Any]:
    """A party that went the whole way."""
    party = applied(catalog, **changes)
    assert step(catalog, party, staff(catalog, 1, WEINING), "recommend").status_code == 200
    assert step(catalog, party, staff(catalog, 2), "approve").status_code == 200
    return party


def test_from_application_to_the_first_offer(catalog: Any, an_offer: Body) -> None:
    """Only when it is approved may the party post; each state is on the topic; the history says who and when."""
    party = applied(catalog)
    posted = [catalog.client.post("/orders/offers", json=an_offer(), headers=own(party, catalog))]
    for headers, action in ((staff(catalog, 1, WEINING), "recommend"), (staff(catalog, 2), "approve")):
        taken = step(catalog, party, headers, action)
        assert taken.status_code == 200, taken.text
        posted.append(catalog.client.post("/orders/offers", json=an_offer(), headers=own(party, catalog)))
    assert [answer.status_code for answer in posted] == [403, 403, 201]
    assert {answer.json()["code"] for answer in posted[:2]} == {"party-not-approved"}
    told = [body for row, body, _ in catalog.outbox() if row.topic == "parties-v1"]
    assert [(each.version, each.status, each.evidence) for each in told] == [
        (1, "applied", "self_declared"),
        (2, "recommended", "self_declared"),
        (3, "approved", "self_declared"),
        (4, "approved", "county_recommended"),
    ]
    lines = catalog.client.get(f"/parties/{party['id']}/history", headers=staff(catalog, 2)).json()["items"]
    assert [(line["action"], line["from"], line["to"], line["version"]) for line in lines] == [
        ("apply", None, "applied", 1),
        ("recommend", "applied", "recommended", 2),
        ("approve", "recommended", "approved", 3),
    ]
    assert lines[1]["actor"] == {"role": "staff", "county": WEINING, "key": str(UUID(int=1)), "label": "张三"}
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


def test_a_recommendation_is_evidence_for_a_year_once_it_is_approved(catalog: Any, an_offer: Body) -> None:
    """Its issuer is the area that recommended; the party's offers carry the level."""
    party = approved(catalog)
    (record,) = catalog.client.get(f"/parties/{party['id']}/evidence", headers=own(party, catalog)).json()[
        "items"
    ]
    assert (record["level"], record["product"]) == ("county_recommended", None)
    assert (record["issued_on"], record["expires_on"]) == ("2026-11-23", "2027-11-23")
    assert "威宁" in record["issuer"]
    catalog.client.post("/orders/offers", json=an_offer(), headers=own(party, catalog))
    assert catalog.outbox()[-1][1].evidence == "county_recommended"


def test_a_returned_application_comes_back_amended(catalog: Any) -> None:
    """With coded reasons in both languages that the party reads, without the name of whoever wrote them."""
    party = applied(catalog)
    reasons = {"reasons": ["uscc-mismatch", "other"], "note": "执照照片缺一页"}
    returned = step(catalog, party, staff(catalog, 2), "return", **reasons)
    assert (returned.status_code, returned.json()["status"]) == (200, "returned")
    last = catalog.client.get(f"/parties/{party['id']}/history", headers=own(party, catalog)).json()["items"][
        -1
    ]
    assert [reason["code"] for reason in last["reasons"]] == ["uscc-mismatch", "other"]
    assert all(reason["zh"] and reason["en"] for reason in last["reasons"])
    assert last["note"] == "执照照片缺一页"
    assert last["actor"] == {"role": "staff", "county": None}
    again = step(catalog, party, own(party, catalog), "apply", changes={"name": "红星果蔬合作社"})
    assert (again.status_code, again.json()["status"], again.json()["name"]) == (
        200,
        "applied",
        "红星果蔬合作社",
    )
    assert again.json()["contact"] == "13800000000"
    too_early = step(catalog, party, own(party, catalog), "apply")
    assert (too_early.status_code, too_early.json()["code"]) == (409, "wrong-status")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "action", "required"),
        ({"action": "bless"}, "action", "not-an-option"),
        ({"action": "enter"}, "action", "not-an-option"),
        ({"action": "return"}, "reasons", "required"),
        ({"action": "return", "reasons": []}, "reasons", "required"),
        ({"action": "return", "reasons": ["ugly"]}, "reasons", "not-an-option"),
        ({"action": "return", "reasons": ["other"]}, "note", "required"),
        ({"action": "suspend"}, "reasons", "required"),
        ({"action": "approve", "reasons": ["duplicate"]}, "reasons", "no-reasons"),
        ({"action": "approve", "changes": {"name": "X"}}, "changes", "not-here"),
        ({"action": "apply", "changes": "X"}, "changes", "not-here"),
        ({"action": "approve", "status": "approved"}, "status", "unknown"),
    ],
    ids=str,
)
def test_a_step_that_is_written_wrongly_names_the_field(
    catalog: Any, body: dict[str, object], field: str, code: str
) -> None:
    """422 in both languages, and nothing is changed."""
    party = applied(catalog)
    refused = catalog.client.post(
        f"/parties/{party['id']}/verification", json=body, headers=staff(catalog, 2, **{"If-Match": '"1"'})
    )
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["zh"]
    assert error["en"]


def test_a_step_needs_the_version_that_was_judged(catalog: Any) -> None:
    """428 without If-Match, 412 where the application was changed since; of two officers at once one succeeds."""
    party = applied(catalog)
    url, headers = f"/parties/{party['id']}/verification", staff(catalog, 1, WEINING)
    assert catalog.client.post(url, json={"action": "recommend"}, headers=headers).status_code == 428
    assert step(catalog, party, headers, "recommend").status_code == 200
    stale = catalog.client.post(
        url, json={"action": "approve"}, headers=staff(catalog, 2, **{"If-Match": '"1"'})
    )
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')

    def decide(number: int) -> int:
        body = {"action": "approve"} if number % 2 else {"action": "return", "reasons": ["duplicate"]}
        status: int = catalog.client.post(
            url, json=body, headers=staff(catalog, 10 + number, **{"If-Match": '"2"'})
        ).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(decide, range(8)))
    assert statuses == [200] + [412] * 7


def test_staff_enter_applications_of_their_own_area_alone(catalog: Any) -> None:
    """The prefecture's may, the neighbour's may not; the platform may; a party needs a county, and none applies itself."""
    made = [
        catalog.client.post("/parties/applications", json=APPLICATION | {"row_key": str(n)}, headers=headers)
        for n, headers in enumerate(
            [
                staff(catalog, 1, BIJIE),
                staff(catalog, 1, ELSEWHERE),
                staff(catalog, 1),
                catalog.as_party("p9"),
            ]
        )
    ]
    assert [answer.status_code for answer in made] == [201, 403, 201, 403]
    assert made[1].json()["code"] == "outside-area"
    nowhere = {name: value for name, value in APPLICATION.items() if name != "county"}
    refused = catalog.client.post("/parties/applications", json=nowhere, headers=staff(catalog, 1))
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("county", "required")]
    waiting = catalog.client.get("/parties", params={"status": "applied"}, headers=staff(catalog, 1)).json()
    assert [item["row_key"] for item in waiting["items"]] == ["0", "2"]


def test_only_the_platform_enters_parties_as_approved(catalog: Any) -> None:
    """Staff of an area would otherwise approve by entering; they are sent to applications."""
    refused = catalog.client.post("/parties", json=APPLICATION, headers=staff(catalog, 1, WEINING))
    assert (refused.status_code, refused.json()["code"]) == (403, "platform-only")
    file = b"row_key,name,kind,county\np1,X,producer,520526\n"
    by_file = [
        catalog.client.post("/imports", params={"kind": "parties"}, content=file, headers=headers).status_code
        for headers in (staff(catalog, 1, WEINING), staff(catalog, 2))
    ]
    assert by_file == [403, 202]
    made = catalog.client.post("/parties", json=APPLICATION, headers=staff(catalog, 2))
    assert (made.status_code, made.json()["status"]) == (201, "approved")
    (line,) = catalog.client.get(f"/parties/{made.json()['id']}/history", headers=staff(catalog, 2)).json()[
        "items"
    ]
    assert (line["action"], line["from"], line["to"]) == ("enter", None, "approved")


def test_who_recommended_does_not_approve(catalog: Any) -> None:
    """An admin whose key has an area could do both, and may not: 403, and the application stands as it was."""
    party = applied(catalog)
    both = staff(catalog, 5, WEINING) | {"X-Role": "admin"}
    assert step(catalog, party, both, "recommend").status_code == 200
    refused = step(catalog, party, both, "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "four-eyes")
    assert step(catalog, party, staff(catalog, 6), "approve").json()["status"] == "approved"


def test_a_suspended_partys_orders_leave_the_market_and_come_back(catalog: Any, an_offer: Body) -> None:
    """To the topic they are withdrawn, at once and while it lasts; to the party they are what they were."""
    party = approved(catalog)
    headers = own(party, catalog)
    order = catalog.client.post("/orders/offers", json=an_offer(), headers=headers).json()
    closed = catalog.client.post("/orders/offers", json=an_offer(), headers=headers).json()
    catalog.client.delete(f"/orders/offers/{closed['id']}", headers=headers | {"If-Match": '"1"'})
    catalog.clear_outbox()
    assert step(catalog, party, staff(catalog, 2), "suspend", reasons=["complaint"]).status_code == 200
    shown = catalog.client.get(f"/orders/offers/{order['id']}", headers=headers).json()
    assert (shown["status"], shown["remaining"], shown["version"]) == ("open", 30, 2)
    url, seen = f"/orders/offers/{order['id']}", headers | {"If-Match": '"2"'}
    refused = [
        catalog.client.post("/orders/offers", json=an_offer(), headers=headers),
        catalog.client.patch(url, json={"quantity": 1}, headers=seen),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(403, "party-not-approved")] * 2
    assert step(catalog, party, staff(catalog, 2), "reinstate").status_code == 200
    told = [
        (row.key, body.version, body.status) for row, body, _ in catalog.outbox() if row.topic == "orders-v1"
    ]
    assert told == [(order["id"], 2, "withdrawn"), (order["id"], 3, "open")]
    assert catalog.client.delete(url, headers=headers | {"If-Match": '"3"'}).status_code == 200


def test_no_order_slips_in_while_its_party_is_being_suspended(catalog: Any, an_offer: Body) -> None:
    """Posted at the same moment it is refused, or withdrawn on the topic with the others."""
    party = approved(catalog)
    headers = own(party, catalog)

    def act(number: int) -> int:
        if number == 5:
            done = step(catalog, party, staff(catalog, 2), "suspend", reasons=["complaint"])
            assert done.status_code == 200, done.text
            return 0
        status: int = catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(act, range(24)))
    assert set(statuses) <= {0, 201, 403}
    newest = {row.key: body.status for row, body, _ in catalog.outbox() if row.topic == "orders-v1"}
    assert len(newest) == statuses.count(201)
    assert set(newest.values()) <= {"withdrawn"}


def suspend(catalog: Any, row_key: str) -> None:
    """Suspend a party that the operator entered."""
    party = {"id": str(catalog.parties[row_key])}
    assert step(catalog, party, staff(catalog, 2), "suspend", reasons=["by-request"]).status_code == 200


@pytest.mark.parametrize("suspended", ["seller", "buyer", "store"])
def test_no_deal_is_made_with_a_suspended_party(catalog: Any, suspended: str) -> None:
    """Neither side's accept goes through, be it the party itself, the other side, or a store that would be used."""
    market = DealMarket(catalog)
    offer, demand, store = market.offer(), market.demand(), market.capacity()
    leg = {"capacity_id": store["id"], "first": "2026-11-26", "last": "2026-11-28", "quantity": 5 * TONNE}
    hold = market.held(offer, demand)
    suspend(catalog, suspended)
    accepted = market.accept("seller", hold["id"])
    orders = [market.now_of(kind, who, of) for kind, who, of in
              (("orders/offers", "seller", offer), ("orders/demands", "buyer", demand))]  # fmt: skip
    body = market.proposal(*orders, legs=[leg], match_id=str(UUID(int=77)))
    held = market.hold("buyer", body)
    if suspended == "store":
        assert accepted.status_code == 200
    else:
        code = {"seller": (403, "party-not-approved"), "buyer": (409, "other-side-suspended")}[suspended]
        assert (accepted.status_code, accepted.json()["code"]) == code
    code = {"buyer": (403, "party-not-approved")}.get(suspended, (409, "other-side-suspended"))
    assert (held.status_code, held.json()["code"]) == code
    assert market.days() == []


def test_a_suspended_partys_capacities_leave_their_topic_too(catalog: Any) -> None:
    """As if withdrawn while it lasts, however often they are published meanwhile."""
    market = DealMarket(catalog)
    store = market.capacity()
    suspend(catalog, "store")
    party = {"id": str(catalog.parties["store"])}
    assert step(catalog, party, staff(catalog, 2), "reinstate").status_code == 200
    told = [(body.version, body.status) for row, body, _ in catalog.outbox() if row.key == store["id"]]
    assert told == [(1, "open"), (2, "withdrawn"), (3, "open")]


def test_a_demand_for_a_category_leaves_the_market_with_all_its_children(catalog: Any) -> None:
    """And comes back with all of them."""
    market = DealMarket(catalog)
    market.demand(product="蔬菜", min_grade=None, bid_price=None)
    suspend(catalog, "buyer")
    children = {row.key: body.status for row, body, _ in catalog.outbox() if row.topic == "orders-v1"}
    assert len(children) > 1
    assert set(children.values()) == {"withdrawn"}
    party = {"id": str(catalog.parties["buyer"])}
    assert step(catalog, party, staff(catalog, 2), "reinstate").status_code == 200
    again = {row.key: body.status for row, body, _ in catalog.outbox() if row.topic == "orders-v1"}
    assert again == dict.fromkeys(children, "open")


def test_an_import_neither_approves_nor_amends_an_application(catalog: Any) -> None:
    """Its row is refused with the reason; the orders of such a party too; an approved party's row amends it."""
    applied(catalog)
    rows = "row_key,name,kind,county\np1,另一个名字,producer,520526\np2,新合作社,producer,520526\n"
    done = catalog.finished(catalog.import_("parties", rows))
    assert (done["created"], done["refused"], done["errors"][0]["code"]) == (1, 1, "under-verification")
    offers = (
        "row_key,party,product,grade,quantity,unit,county,available_from,available_to\n"
        "o1,p1,土豆,4,10,t,520526,2026-11-25,2027-01-20\n"
        "o2,p2,土豆,4,10,t,520526,2026-11-25,2027-01-20\n"
    )
    done = catalog.finished(catalog.import_("offers", offers))
    assert (done["created"], done["refused"], done["errors"][0]["code"]) == (1, 1, "party-not-approved")


def test_what_was_decided_stays_in_the_history(catalog: Any) -> None:
    """The database refuses to change or remove a line; a note alone may be forgotten, where its writer asks for it."""
    applied(catalog)
    for change in (
        "UPDATE party_steps SET action = 'approve'",
        "UPDATE party_steps SET reasons = '{}'",
        "DELETE FROM party_steps",
        "TRUNCATE party_steps",
    ):
        with pytest.raises(DBAPIError, match="only ever added"), catalog.engine.begin() as connection:
            connection.execute(text(change))
    with catalog.engine.begin() as connection:
        connection.execute(text("UPDATE party_steps SET note = NULL"))
    assert catalog.rows("SELECT action FROM party_steps") == [("apply",)]


def test_anothers_verification_does_not_exist(catalog: Any) -> None:
    """404 on every route, as for a party that there is not."""
    party, stranger = applied(catalog), catalog.as_party("p9", **{"If-Match": '"1"'})
    for id_ in (party["id"], str(UUID(int=1)), "nonsense"):
        url = f"/parties/{id_}"
        answers = [
            catalog.client.post(f"{url}/verification", json={"action": "apply"}, headers=stranger),
            *(
                catalog.client.get(f"{url}/{of}", headers=stranger)
                for of in ("history", "evidence", "consents")
            ),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert len({answer.text for answer in answers}) == 1
