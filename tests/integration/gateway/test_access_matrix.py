"""Two tenants, every route, every role. A route without an entry here fails: nobody adds a door unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from duijie_gateway.app import create_app
from duijie_shared.events.base import Role
from fastapi.routing import iter_route_contexts
from gateway_records import a_diagnosis, a_match, a_plan
from gateway_served import Gateway
from starlette.routing import Mount

pytestmark = pytest.mark.database

OPERATORS = {"staff", "admin"}
PARTIES = set(get_args(Role)) - OPERATORS
EVERYONE = PARTIES | OPERATORS
OFFERERS = {"producer", "processor", "site"}
DEMANDERS = {"buyer", "processor"}
RECORD = UUID(int=1)
"""An id that no record has."""
CAPABLE = {"processor", "storage", "carrier", "producer", "site"}


@dataclass(frozen=True)
class Entry:
    """What a route answers: to nobody, and to each role of the second tenant who asks for the first one's object."""

    anonymous: int
    roles: dict[str, int]
    path: str | None = None
    json: Any = None


def allowing(roles: set[str], status: int, otherwise: int = 403, **more: Any) -> Entry:
    """`status` for these roles, `otherwise` for the others, 401 for nobody."""
    return Entry(401, {role: status if role in roles else otherwise for role in EVERYONE}, **more)


LISTS = allowing(EVERYONE, 200)
OTHERS = allowing(OPERATORS, 200, 404)
"""Another party's object: hidden from parties, open to staff."""
PUBLIC = Entry(200, dict.fromkeys(EVERYONE, 200))
PAGE = Entry(303, dict.fromkeys(EVERYONE, 200))

MATRIX: dict[tuple[str, str], Entry] = {
    ("POST", "/v1/offers"): allowing(OFFERERS, 422, json={}),
    ("GET", "/v1/offers"): LISTS,
    ("GET", "/v1/offers/{id}"): OTHERS,
    ("PATCH", "/v1/offers/{id}"): allowing(OFFERERS, 404, json={"quantity": 1}),
    ("DELETE", "/v1/offers/{id}"): allowing(OFFERERS, 404),
    ("GET", "/v1/offers/{id}/diagnosis"): OTHERS,
    ("POST", "/v1/demands"): allowing(DEMANDERS, 422, json={}),
    ("GET", "/v1/demands"): LISTS,
    ("GET", "/v1/demands/{id}"): OTHERS,
    ("PATCH", "/v1/demands/{id}"): allowing(DEMANDERS, 404, json={"quantity": 1}),
    ("DELETE", "/v1/demands/{id}"): allowing(DEMANDERS, 404),
    ("GET", "/v1/demands/{id}/diagnosis"): OTHERS,
    ("POST", "/v1/standing-demands"): allowing(DEMANDERS, 422, json={}),
    ("POST", "/v1/standing-demands/preview"): allowing(DEMANDERS, 422, json={}),
    ("GET", "/v1/standing-demands"): LISTS,
    ("GET", "/v1/standing-demands/{id}"): OTHERS,
    ("GET", "/v1/standing-demands/{id}/instances"): OTHERS,
    ("PATCH", "/v1/standing-demands/{id}"): allowing(DEMANDERS, 404, json={"quantity": 1}),
    ("DELETE", "/v1/standing-demands/{id}"): allowing(DEMANDERS, 404),
    ("GET", "/v1/flags"): allowing(OPERATORS, 200),
    ("POST", "/v1/flags/{id}"): allowing(OPERATORS, 404, json={"decision": "dismissed"}),
    ("POST", "/v1/capacities"): allowing(CAPABLE, 422, json={}),
    ("GET", "/v1/capacities"): LISTS,
    ("GET", "/v1/capacities/{id}"): OTHERS,
    ("PATCH", "/v1/capacities/{id}"): allowing(CAPABLE, 404, json={"fee": 1}),
    ("DELETE", "/v1/capacities/{id}"): allowing(CAPABLE, 404),
    ("GET", "/v1/capacities/{id}/calendar"): allowing(
        OPERATORS, 200, 404, path="/v1/capacities/{id}/calendar?from=2090-01-10&to=2090-01-12"
    ),
    ("GET", "/v1/deals"): LISTS,
    ("GET", "/v1/deals/{id}"): allowing(
        set(), 200, 404
    ),  # nobody has one here; test_deals_api has the others
    ("GET", "/v1/deals/{id}/contract.pdf"): allowing(PARTIES, 404),
    ("POST", "/v1/deals/{id}/shipments"): allowing(PARTIES, 404, json={"outcome": "sent", "quantity": 1}),
    ("GET", "/v1/deals/{id}/shipments"): allowing(set(), 200, 404),
    ("POST", "/v1/deals/{id}/ratings"): allowing(PARTIES, 404, json={"stars": 5}),
    ("GET", "/v1/parties/{id}/record"): OTHERS,
    ("GET", "/v1/matches"): LISTS,
    ("GET", "/v1/matches/stream"): LISTS,
    ("GET", "/v1/matches/{id}"): OTHERS,
    ("POST", "/v1/matches/{id}/decisions"): allowing(PARTIES, 404, json={"decision": "accept"}),
    ("GET", "/v1/matches/{id}/counters"): OTHERS,
    ("POST", "/v1/notices"): allowing(EVERYONE, 422, json={}),
    ("GET", "/v1/notices"): LISTS,
    ("GET", "/v1/notices/{id}"): allowing(set(), 200, 404),
    ("PATCH", "/v1/notices/{id}"): allowing(set(), 200, 404, json={}),
    ("DELETE", "/v1/notices/{id}"): allowing(set(), 204, 404),
    ("POST", "/v1/notices/{id}/confirm"): allowing(set(), 200, 404, json={"code": "123456"}),
    ("POST", "/v1/notices/{id}/test"): allowing(set(), 202, 404),
    ("GET", "/v1/notices/{id}/deliveries"): allowing(set(), 200, 404),
    ("GET", "/v1/constraints"): allowing(OPERATORS, 200),
    ("POST", "/v1/constraints"): allowing(OPERATORS, 422, json={}),
    ("GET", "/v1/constraints/{id}"): allowing(OPERATORS, 404),
    ("DELETE", "/v1/constraints/{id}"): allowing(OPERATORS, 404),
    ("GET", "/v1/listings"): LISTS,
    ("GET", "/v1/listings/{id}"): allowing(set(), 200, 404),
    ("POST", "/v1/webhooks"): allowing(EVERYONE, 422, json={}),
    ("GET", "/v1/webhooks"): LISTS,
    ("GET", "/v1/webhooks/{id}"): allowing(set(), 200, 404),  # test_webhooks_api has the owner's side
    ("PATCH", "/v1/webhooks/{id}"): allowing(set(), 200, 404, json={}),
    ("DELETE", "/v1/webhooks/{id}"): allowing(set(), 204, 404),
    ("POST", "/v1/webhooks/{id}/test"): allowing(set(), 202, 404),
    ("POST", "/v1/webhooks/{id}/rotate"): allowing(set(), 200, 404, json={}),
    ("POST", "/v1/webhooks/{id}/replay"): allowing(set(), 202, 404, json={"from": 1, "to": 1}),
    ("GET", "/v1/webhooks/{id}/deliveries"): allowing(set(), 200, 404),
    ("POST", "/v1/feeds"): allowing(EVERYONE, 422, json={}),
    ("GET", "/v1/feeds"): LISTS,
    ("POST", "/v1/feeds/preview"): allowing(EVERYONE, 422, json={}),
    ("GET", "/v1/feeds/{id}"): allowing(
        set(), 200, 404
    ),  # nobody has one here; test_feeds_api has the others
    ("PATCH", "/v1/feeds/{id}"): allowing(set(), 200, 404, json={"name": "x"}),
    ("DELETE", "/v1/feeds/{id}"): allowing(set(), 204, 404),
    ("GET", "/v1/feeds/{id}/items"): allowing(set(), 200, 404),
    ("GET", "/v1/feeds/{id}/stream"): allowing(set(), 200, 404),
    ("GET", "/v1/feeds/{id}/atom"): allowing(set(), 200, 404),
    ("GET", "/v1/feeds/{id}/feed.json"): allowing(set(), 200, 404),
    ("GET", "/v1/plans"): allowing(OPERATORS, 200),
    ("GET", "/v1/plans/{market}"): allowing(OPERATORS, 200, path="/v1/plans/potato"),
    ("POST", "/v1/parties"): allowing(OPERATORS, 422, json={}),
    ("GET", "/v1/parties"): allowing(OPERATORS, 200),
    ("GET", "/v1/parties/{id}"): OTHERS,
    ("POST", "/v1/parties/applications"): allowing(OPERATORS, 422, json={}),
    ("POST", "/v1/parties/{id}/verification"): allowing(OPERATORS, 409, 404, json={"action": "approve"}),
    ("GET", "/v1/parties/{id}/history"): OTHERS,
    ("POST", "/v1/parties/{id}/evidence"): allowing(OPERATORS, 422, json={}),
    ("GET", "/v1/parties/{id}/evidence"): OTHERS,
    ("DELETE", "/v1/parties/{id}/evidence/{record}"): allowing(
        OPERATORS, 404, path=f"/v1/parties/{{id}}/evidence/{RECORD}"
    ),
    ("POST", "/v1/parties/{id}/certificates"): allowing(OPERATORS, 422, json={}),
    ("GET", "/v1/parties/{id}/certificates"): OTHERS,
    ("DELETE", "/v1/parties/{id}/certificates/{record}"): allowing(
        OPERATORS, 404, path=f"/v1/parties/{{id}}/certificates/{RECORD}"
    ),
    ("POST", "/v1/parties/{id}/consents"): Entry(
        401,
        {role: {"producer": 404}.get(role, 422 if role in OPERATORS else 403) for role in EVERYONE},
        json={},
    ),
    ("GET", "/v1/parties/{id}/consents"): OTHERS,
    ("DELETE", "/v1/parties/{id}/consents/{record}"): allowing(
        OPERATORS | {"producer", "site"}, 404, path=f"/v1/parties/{{id}}/consents/{RECORD}"
    ),
    ("GET", "/v1/parties/{id}/reveals"): OTHERS,
    ("POST", "/v1/parties/{id}/reveals"): allowing(OPERATORS, 422, json={}),
    ("GET", "/v1/parties/{id}/erasure"): OTHERS,
    ("POST", "/v1/parties/{id}/erasure"): Entry(
        401, dict.fromkeys(PARTIES, 404) | {"staff": 403, "admin": 422}, json={}
    ),
    ("POST", "/v1/imports"): allowing(OPERATORS, 422, path="/v1/imports?kind=nothing"),
    ("GET", "/v1/imports"): allowing(OPERATORS, 200),
    ("GET", "/v1/imports/{id}"): allowing(OPERATORS, 404),
    ("GET", "/v1/imports/{id}/errors"): allowing(OPERATORS, 404),
    ("GET", "/v1/templates/{kind}"): allowing(EVERYONE, 200, path="/v1/templates/offers?format=csv"),
    ("GET", "/v1/exports/{kind}"): allowing(EVERYONE, 200, path="/v1/exports/offers?format=csv"),
    ("POST", "/v1/keys"): allowing({"admin"}, 422, json={}),
    ("GET", "/v1/keys"): allowing({"admin"}, 200),
    ("DELETE", "/v1/keys/{id}"): allowing({"admin"}, 404),
    ("POST", "/v1/keys/{id}/rotate"): allowing({"admin"}, 404, json={}),
    ("POST", "/v1/users"): allowing({"admin"}, 422, json={}),
    ("GET", "/v1/users"): allowing({"admin"}, 200),
    ("PATCH", "/v1/users/{id}"): allowing({"admin"}, 404, json={"password": "eleven blue tractors"}),
    ("DELETE", "/v1/users/{id}"): allowing({"admin"}, 404),
    ("GET", "/v1/audit"): allowing(OPERATORS, 200),
    ("GET", "/v1/audit/lines"): allowing(OPERATORS, 200),
    ("POST", "/v1/session"): Entry(422, dict.fromkeys(EVERYONE, 422), json={}),
    ("GET", "/v1/session"): LISTS,
    ("DELETE", "/v1/session"): Entry(204, dict.fromkeys(EVERYONE, 204)),
    ("GET", "/v1/products"): LISTS,
    ("GET", "/v1/grades"): LISTS,
    ("GET", "/v1/counties"): LISTS,
    ("GET", "/v1/units"): LISTS,
    ("GET", "/v1/policy"): LISTS,
    ("GET", "/v1/policy/knobs"): LISTS,
    ("GET", "/v1/policy/history"): LISTS,
    ("GET", "/v1/policy/versions/{version}"): allowing(EVERYONE, 200, path="/v1/policy/versions/1"),
    ("POST", "/v1/policy/check"): allowing(OPERATORS, 200, json={}),
    ("PUT", "/v1/policy"): allowing(OPERATORS, 422, json={}),
    ("GET", "/v1/products/{slug}"): allowing(EVERYONE, 200, path="/v1/products/potato"),
    ("GET", "/v1/counties/{code}"): allowing(EVERYONE, 200, path="/v1/counties/520526"),
    ("GET", "/v1/grades/{scheme:path}"): allowing(EVERYONE, 200, path="/v1/grades/PLATFORM_5"),
    ("POST", "/v1/grades/measure"): allowing(EVERYONE, 422, json={}),
    ("GET", "/v1/designations"): LISTS,
    ("GET", "/v1/designations/{code}"): allowing(EVERYONE, 200, path="/v1/designations/cn-832"),
    ("POST", "/v1/designations/{code}/editions"): allowing(OPERATORS, 422),
    ("POST", "/v1/designations/{code}/end"): allowing(OPERATORS, 422, json={}),
    ("POST", "/v1/grade-schemes"): allowing({"buyer", "processor"}, 403, json={}),  # no party of catalog's
    ("GET", "/v1/grade-schemes"): LISTS,
    ("GET", "/v1/grade-reviews"): allowing(OPERATORS, 200),
    ("POST", "/v1/grade-reviews/{id}"): allowing(OPERATORS, 404, json={"rank": 3}),
    ("GET", "/"): PAGE,
    ("GET", "/matches/{id}"): Entry(303, OTHERS.roles),
    ("GET", "/login"): PUBLIC,
    ("POST", "/login"): Entry(403, dict.fromkeys(EVERYONE, 403)),
    ("POST", "/logout"): Entry(303, dict.fromkeys(EVERYONE, 303)),
    ("GET", "/docs"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/asyncapi.json"): PUBLIC,
    ("GET", "/ns/v1"): PUBLIC,
    ("GET", "/ns/v1/context.json"): PUBLIC,
    ("GET", "/v1/dfc/enterprises"): LISTS,
    ("GET", "/v1/dfc/enterprises/platform"): LISTS,
    ("GET", "/v1/dfc/catalog_items"): LISTS,
    ("GET", "/v1/dfc/catalog_items/{id}"): allowing(set(), 200, 404),
    ("GET", "/v1/dfc/supplied_products"): LISTS,
    ("GET", "/v1/dfc/supplied_products/{id}"): allowing(set(), 200, 404),
    ("GET", "/v1/dfc/offers"): LISTS,
    ("GET", "/v1/dfc/offers/{id}"): allowing(set(), 200, 404),
    ("GET", "/v1/dfc/requests"): LISTS,
    ("GET", "/v1/dfc/requests/{id}"): allowing(set(), 200, 404),
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
}

OFFER = {
    "product": "potato",
    "grade": 4,
    "quantity": 30,
    "unit": "t",
    "ask_price": 1600,
    "county": "532523",
    "available_from": "2090-01-10",
    "available_to": "2090-03-31",
}
DEMAND = {
    "product": "potato",
    "quantity": 30,
    "unit": "t",
    "bid_price": 2900,
    "county": "310115",
    "needed_from": "2090-01-10",
    "needed_to": "2090-03-31",
}
STANDING_DEMAND = {
    "product": "potato",
    "quantity": 30,
    "unit": "t",
    "bid_price": 2900,
    "county": "310115",
    "repeats": "weekly",
    "weekdays": [1],
    "needed_days": 2,
    "starts_on": "2090-01-10",
}
CAPACITY = {
    "activity": "cold_storage",
    "product_in": "potato",
    "throughput_per_day": 20,
    "unit": "t",
    "fee": 80,
    "county": "532523",
    "available_from": "2090-01-10",
    "available_to": "2090-03-31",
}


@dataclass
class Tenant:
    """The first tenant's objects, by the collection they are read in."""

    ids: dict[str, UUID]
    texts: list[str]


@pytest.fixture
def tenant(whole_gateway: Gateway) -> Tenant:
    """A party that has posted everything, been matched and been diagnosed."""
    party = {"row_key": "first", "name": "第一合作社", "kind": "processor", "contact": "13800001111"}
    with whole_gateway.client() as admin:
        first = UUID(admin.post("/v1/parties", json=party).json()["id"])
    ids = {"parties": first}
    with whole_gateway.client(whole_gateway.key("processor", first)) as client:
        for kind, body in (
            ("offers", OFFER),
            ("demands", DEMAND),
            ("standing-demands", STANDING_DEMAND),
            ("capacities", CAPACITY),
        ):
            posted = client.post(f"/v1/{kind}", json=body)
            assert posted.status_code == 201, posted.text
            ids[kind] = UUID(posted.json()["id"])
    match = a_match(offer_id=ids["offers"], demand_id=ids["demands"], offer_party=first, demand_party=first)
    whole_gateway.project(
        match,
        a_plan(),
        a_diagnosis("offer", order_id=ids["offers"], party_id=first),
        a_diagnosis("demand", order_id=ids["demands"], party_id=first),
    )
    ids["matches"] = match.match_id
    return Tenant(ids, [*map(str, ids.values()), "第一合作社", "13800001111"])


def test_every_route_has_an_entry(gateway: Gateway) -> None:
    """And every entry a route."""
    assert set(routes(gateway)) == set(MATRIX)


def routes(gateway: Gateway) -> Iterator[tuple[str, str]]:
    """Method and template of every route of the application, those of included routers too."""
    app = create_app(gateway.services, on_hub_failure=lambda: None)
    for found in iter_route_contexts(app.routes):
        if isinstance(found.route, Mount):
            assert found.route.path == "/static"
            continue
        for method in sorted(set(found.methods or ()) - {"HEAD"}):
            yield method, str(found.path)


def test_the_second_tenant_gets_what_its_role_may_and_nothing_of_the_first(
    whole_gateway: Gateway, tenant: Tenant
) -> None:
    """The status of every route for every role, and in no answer to a party a word of the other's."""
    wrong: list[tuple[object, ...]] = []
    for role in ["nobody", *sorted(EVERYONE)]:
        key = None if role == "nobody" else whole_gateway.key(role)
        with whole_gateway.client(key) as client:
            for (method, template), entry in MATRIX.items():
                path = address_of(entry, template, tenant)
                status, text = ask(client, method, path, entry.json)
                expected = entry.anonymous if key is None else entry.roles[role]
                if status != expected:
                    wrong.append((role, method, template, status, expected))
                # What was asked for may be in the answer; it says nothing of whether it is there.
                told = text.replace(path, "")
                if role not in OPERATORS and any(word in told for word in tenant.texts):
                    wrong.append((role, method, template, "tells", told))
    assert wrong == []


def address_of(entry: Entry, template: str, tenant: Tenant) -> str:
    """The address of the first tenant's object, or of an object that nobody has."""
    collection = template.removeprefix("/v1/").strip("/").partition("/")[0]
    return (entry.path or template).replace("{id}", str(tenant.ids.get(collection, uuid4())))


def ask(client: httpx.Client, method: str, path: str, json: Any) -> tuple[int, str]:
    """Status and text of one request; of a stream nothing, since there are no news."""
    headers = {"If-Match": '"1"', "Accept": "application/json" if path.startswith("/v1/") else "text/html"}
    with client.stream(method, path, json=json, headers=headers) as response:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return response.status_code, ""
        return response.status_code, response.read().decode()


def test_what_is_no_live_key_is_nobodys(gateway: Gateway) -> None:
    """Missing, unknown, cut short, of another scheme, or in the address: 401, with a challenge, and no more."""
    key = gateway.key("admin")
    wrong = [
        {},
        {"Authorization": f"Bearer {key.secret[:-1]}"},
        {"Authorization": f"Bearer {key.secret}x"},
        {"Authorization": f"Basic {key.secret}"},
        {"Authorization": key.secret},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer dj_" + "A" * 43},
        {"Authorization": "Bearer ' OR 1=1 --"},
    ]
    answers = []
    with gateway.client(None) as client:
        for path in ("/v1/matches", "/v1/offers", "/v1/session", "/v1/keys"):
            answers += [client.get(path, headers=headers) for headers in wrong]
            answers.append(client.get(path, params={"key": key.secret, "access_token": key.secret}))
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["zh"]
        assert answer.json()["en"]
    assert {answer.json()["code"] for answer in answers} == {"unauthenticated"}


def test_anothers_object_and_none_at_all_look_alike(whole_gateway: Gateway, tenant: Tenant) -> None:
    """The same status and words, so that ids cannot be tried out."""
    with whole_gateway.client(whole_gateway.key("processor")) as client:
        answers = [
            client.get(f"/v1/{kind}/{id_}")
            for kind in ("offers", "demands", "capacities", "matches", "parties")
            for id_ in (tenant.ids[kind], uuid4(), "nonsense")
        ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
