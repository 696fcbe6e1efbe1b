"""Matches as they are read: lists, pages, filters, and what is kept from the sides before a deal."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from gateway_records import a_diagnosis, a_match, a_plan, an_id, an_order
from gateway_served import Gateway, read_events

pytestmark = pytest.mark.database

SECRETS = (
    "1956.65",
    "1956658",
    "3.126193",
    "3126193",
    "1.486903",
    "3.013096",
    "1.526193",
    "230000000",
    "23.0",
)
"""Exact figures of `a_match` and the point of its orders."""


def items(client: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    """The matches of a list."""
    response = client.get("/v1/matches", params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["items"]
    return found


def ids(client: httpx.Client, **params: Any) -> set[str]:
    """The ids of a list."""
    return {item["id"] for item in items(client, **params)}


def test_the_list_leaves_out_what_is_withdrawn_unless_asked(gateway: Gateway) -> None:
    """Whether the matcher said so or the order's version did."""
    gateway.project(
        a_match(1), a_match(2), a_match(2, status="withdrawn"), a_match(3), an_order("offer", 3, version=2)
    )
    with gateway.client() as staff:
        assert ids(staff) == {str(an_id("match", 1))}
        assert ids(staff, status="withdrawn") == {str(an_id("match", name)) for name in (2, 3)}
        assert len(ids(staff, status=["withdrawn", "proposed"])) == 3
        one = staff.get(f"/v1/matches/{an_id('match', 3)}").json()
        assert one["status"] == "withdrawn"


def test_plan_lines_come_first_and_then_the_best(gateway: Gateway) -> None:
    """And a cursor goes on where the page ended."""
    gateway.project(
        a_match(1, score=90.0, kind="alternative"),
        a_match(2, score=50.0),
        a_match(3, score=70.5),
        a_match(4, score=10.25, kind="alternative"),
    )
    with gateway.client() as staff:
        assert [(i["kind"], i["score"]) for i in items(staff)] == [
            ("plan", 70.5),
            ("plan", 50),
            ("alternative", 90),
            ("alternative", 10.25),
        ]
        found, cursor = [], None
        while True:
            page = staff.get(
                "/v1/matches", params={"limit": 1, **({"cursor": cursor} if cursor else {})}
            ).json()
            found += [item["score"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == [70.5, 50, 90, 10.25]


def test_each_filter_narrows_the_list(gateway: Gateway) -> None:
    """Words, old codes and areas are understood as in a posting."""
    gateway.project(
        a_match(1),
        a_match(
            2,
            product="apple",
            market="apple",
            offer_county="370783",
            designations=(),
            score=40.0,
            kind="alternative",
        ),
    )
    one, two = ({str(an_id("match", name))} for name in (1, 2))
    with gateway.client() as staff:
        for params, found in (
            ({"product": "土豆"}, one),
            ({"product": "Apple"}, two),
            ({"county": "532523"}, one),
            ({"county": "530000"}, one),
            ({"county": "370700"}, two),
            ({"designation": "cn-832"}, one),
            ({"designation": "any"}, one),
            ({"min_score": 78.25}, one),
            ({"min_score": 78.26}, set()),
            ({"kind": "alternative"}, two),
            ({"market": "apple"}, two),
            ({"order": str(an_id("demand", 2))}, two),
            ({"offer": str(an_id("offer", 1))}, one),
            ({"demand": str(an_id("offer", 1))}, set()),
            ({}, one | two),
        ):
            assert ids(staff, **params) == found, params


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"limit": 0}, "limit"),
    ({"limit": 201}, "limit"),
    ({"limit": "x"}, "limit"),
    ({"product": "vegetables"}, "product"),
    ({"product": "'; DROP TABLE matches; --"}, "product"),
    ({"county": "999999"}, "county"),
    ({"county": "53"}, "county"),
    ({"designation": "nothing"}, "designation"),
    ({"min_score": "NaN"}, "min_score"),
    ({"min_score": "1e999"}, "min_score"),
    ({"kind": "best"}, "kind"),
    ({"status": "gone"}, "status"),
    ({"order": "1 OR 1=1"}, "order"),
    ({"cursor": "' OR 1=1 --"}, "cursor"),
    ({"cursor": "A" * 300}, "cursor"),
)


def test_a_filter_that_means_nothing_is_refused_by_name(whole_gateway: Gateway) -> None:
    """In both languages, on the list as on the stream."""
    with whole_gateway.client() as staff:
        for params, field in REFUSED:
            for path in ("/v1/matches", "/v1/matches/stream"):
                if path.endswith("stream") and field in {"limit", "cursor"}:
                    continue
                response = staff.get(path, params=params)
                assert response.status_code == 422, (path, params)
                (error,) = response.json()["errors"]
                assert error["field"].split(".")[0] == field
                assert error["zh"]
                assert error["en"]


def test_a_cursor_is_good_for_its_own_reader_and_filter(gateway: Gateway) -> None:
    """Another party's, another filter's and a changed one are refused."""
    gateway.project(*(a_match(number) for number in range(3)))
    producer, buyer = gateway.key("producer", an_id("producer")), gateway.key("buyer", an_id("buyer"))
    with gateway.client(producer) as one, gateway.client(buyer) as other:
        cursor = one.get("/v1/matches", params={"limit": 1}).json()["next"]
        assert one.get("/v1/matches", params={"limit": 2, "cursor": cursor}).status_code == 200
        refused = [
            other.get("/v1/matches", params={"cursor": cursor}),
            one.get("/v1/matches", params={"cursor": cursor, "kind": "plan"}),
            one.get("/v1/matches", params={"cursor": cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")}),
            one.get("/v1/plans", params={"cursor": cursor}),
        ]
    assert [response.status_code for response in refused] == [422, 422, 422, 403]


def test_before_a_deal_a_party_learns_no_exact_place_or_contact(gateway: Gateway) -> None:
    """Neither in a list, nor in one match, on the stream, on the page, or in a diagnosis: distance to 5 km,
    what follows from it to 0.01 CNY.
    """
    gateway.project(an_order("offer"), an_order("demand"), a_match(), a_plan(), a_diagnosis())
    match_id = an_id("match", 1)
    with gateway.client(gateway.key("producer", an_id("producer"))) as party:
        answers = [
            party.get(path).text
            for path in (
                "/v1/matches",
                f"/v1/matches/{match_id}",
                "/",
                f"/matches/{match_id}",
                f"/v1/offers/{an_id('offer', 1)}/diagnosis",
            )
        ]
        with party.stream("GET", "/v1/matches/stream", params={"after": 0}) as response:
            event = next(read_events(response))
        answers.append(json.dumps(event.data))
        item = party.get(f"/v1/matches/{match_id}").json()
    for answer in answers:
        for secret in SECRETS:
            assert secret not in answer
    assert (item["distance_km"], item["landed_cost"]) == (1955, 3.13)
    assert event.data == item
    assert not [name for name in item if "party" in name or "contact" in name or "latitude" in name]


def test_staff_see_exact_figures(gateway: Gateway) -> None:
    """The same match."""
    gateway.project(a_match())
    with gateway.client(gateway.key("staff")) as staff:
        item = staff.get(f"/v1/matches/{an_id('match', 1)}").json()
    assert (item["distance_km"], item["landed_cost"]) == (1956.658, 3.126193)
    assert round(sum(part["points"] for part in item["parts"]), 2) == item["score"]


def test_staff_of_an_area_see_what_touches_it(gateway: Gateway) -> None:
    """Supply from it or demand in it; the rest is not there for them."""
    gateway.project(
        a_match(1),
        a_match(2, offer_county="370783", demand_county="440106"),
        a_diagnosis(),
        an_order("offer"),
    )
    with gateway.client(gateway.key("staff", county="530000")) as staff:
        assert ids(staff) == {str(an_id("match", 1))}
        assert staff.get(f"/v1/matches/{an_id('match', 2)}").status_code == 404
        assert staff.get(f"/v1/offers/{an_id('offer', 1)}/diagnosis").status_code == 200
    with gateway.client(gateway.key("staff", county="440100")) as staff:
        assert ids(staff) == {str(an_id("match", 2))}
        assert staff.get(f"/v1/offers/{an_id('offer', 1)}/diagnosis").status_code == 404


def test_a_diagnosis_is_of_its_own_side(gateway: Gateway) -> None:
    """An offer's is not found under demands; an order that is not short has none."""
    gateway.project(a_diagnosis("offer"), an_order("offer", 2))
    with gateway.client(gateway.key("producer", an_id("producer"))) as party:
        found = party.get(f"/v1/offers/{an_id('offer', 1)}/diagnosis")
        assert found.json()["codes"] == ["PRICE"]
        assert found.json()["short_by"] == 17_500
        assert party.get(f"/v1/demands/{an_id('offer', 1)}/diagnosis").status_code == 404
        assert party.get(f"/v1/offers/{an_id('offer', 2)}/diagnosis").status_code == 404


def test_plans_are_listed_by_market(gateway: Gateway) -> None:
    """In pages, and one by its name."""
    gateway.project(a_plan("potato"), a_plan("apple", welfare=1_500_000_000), a_plan("yak"))
    with gateway.client() as staff:
        first = staff.get("/v1/plans", params={"limit": 2}).json()
        assert [plan["market"] for plan in first["items"]] == ["apple", "potato"]
        second = staff.get("/v1/plans", params={"limit": 2, "cursor": first["next"]}).json()
        assert [plan["market"] for plan in second["items"]] == ["yak"]
        assert second["next"] is None
        assert staff.get("/v1/plans/apple").json()["welfare"] == 1.5
        assert staff.get("/v1/plans/nothing").status_code == 404


def test_reference_data_are_asked_for_once(whole_gateway: Gateway) -> None:
    """What has not changed is answered by 304 without a body."""
    with whole_gateway.client(whole_gateway.key("carrier")) as party:
        for path in (
            "products",
            "grades",
            "counties",
            "counties?province=530000&designation=cn-832",
            "units",
        ):
            first = party.get(f"/v1/{path}")
            assert first.json()["items"]
            again = party.get(f"/v1/{path}", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
            assert (again.status_code, again.content) == (304, b"")
            assert party.get(f"/v1/{path}", headers={"If-None-Match": '"other"'}).status_code == 200
        inside = party.get("/v1/counties", params={"province": "530000", "designation": "cn-832"}).json()[
            "items"
        ]
        assert {county["code"][:2] for county in inside} == {"53"}
        assert all("cn-832" in county["designations"] for county in inside)
