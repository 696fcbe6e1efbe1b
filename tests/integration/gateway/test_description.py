"""The API's description: sound in itself, and true of the answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from gateway_description import description, validate
from gateway_records import a_diagnosis, a_match, a_plan, an_id, an_order
from gateway_served import Gateway
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.database

PARTY = {"row_key": "first", "name": "合作社", "kind": "processor"}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation of all."""
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_described(gateway: Gateway) -> None:
    """With a summary, a name of its own, refusals as problem documents, and a schema for what it answers."""
    document = description(gateway)
    assert document["openapi"].startswith("3.1")
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for method, path, operation in operations(document):
        assert operation["summary"], (method, path)
        for status, answer in operation["responses"].items():
            contents = answer.get("content", {})
            if int(status) >= 400:
                assert list(contents) == ["application/problem+json"], (method, path, status)
            elif status not in {"204", "304"}:
                assert contents, (method, path, status)
                assert all(content["schema"] != {} for content in contents.values()), (method, path, status)


def test_examples_meet_their_schemas(gateway: Gateway) -> None:
    """What the description shows for a body is one that it allows."""
    document = description(gateway)
    bodies = 0
    for _method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        schema = content["schema"]
        example = {
            name: found["examples"][0]
            for name, found in schema["properties"].items()
            if found.get("examples")
        }
        for name, value in example.items():
            Draft202012Validator(schema["properties"][name] | {"$defs": schema.get("$defs", {})}).validate(
                value
            )
        bodies += 1
        assert example, path
    assert bodies > 5


def test_real_answers_are_as_described(whole_gateway: Gateway) -> None:
    """Every kind of answer once: posted, listed, matched, planned, diagnosed, refused."""
    document = description(whole_gateway)
    with whole_gateway.client() as admin:
        party = admin.post("/v1/parties", json=PARTY).json()
        key = whole_gateway.key("processor", UUID(party["id"]))
        with whole_gateway.client(key) as client:
            posted = {kind: client.post(f"/v1/{kind}", json=example(document, kind)) for kind in KINDS}
        offer = posted["offers"].json()["id"]
        whole_gateway.project(
            a_match(),
            a_plan(),
            a_diagnosis("offer", order_id=UUID(offer)),
            an_order("offer"),
            an_order("demand"),
        )
        answers = [
            *(("post", f"/v1/{kind}", response) for kind, response in posted.items()),
            *(("get", f"/v1/{kind}", admin.get(f"/v1/{kind}")) for kind in (*KINDS, *LISTS)),
            ("get", "/v1/offers/{id}", admin.get(f"/v1/offers/{offer}")),
            ("get", "/v1/matches/{id}", admin.get(f"/v1/matches/{an_id('match', 1)}")),
            ("get", "/v1/plans/{market}", admin.get("/v1/plans/potato")),
            ("get", "/v1/offers/{id}/diagnosis", admin.get(f"/v1/offers/{offer}/diagnosis")),
            ("get", "/v1/parties/{id}", admin.get(f"/v1/parties/{party['id']}")),
            ("get", "/v1/listings/{id}", admin.get(f"/v1/listings/{an_id('offer', 1)}")),
            *about_parties(document, admin),
            *about_disclosure(admin, f"/v1/parties/{party['id']}"),
            ("post", "/v1/keys", admin.post("/v1/keys", json={"role": "staff"})),
            ("post", "/v1/keys", admin.post("/v1/keys", json={"role": "x"})),
            *about_users(admin),
            (
                "post",
                "/v1/imports",
                admin.post("/v1/imports?kind=parties", content=b"row_key,name,kind\n1,a,buyer\n"),
            ),
            ("get", "/v1/imports", admin.get("/v1/imports")),
            ("get", "/v1/matches/{id}", admin.get("/v1/matches/x")),
            ("post", "/v1/offers", admin.post("/v1/offers", json={})),
        ]
    for method, path, response in answers:
        described = document["paths"][path][method]["responses"][str(response.status_code)]
        (content_type,) = described["content"]
        assert response.headers["content-type"].startswith(content_type)
        validate(document, described["content"][content_type]["schema"], response.json(), f"{method} {path}")


def about_users(admin: httpx.Client) -> list[tuple[str, str, httpx.Response]]:
    """A user made, a name taken, and the list."""
    user = {"name": "li.na", "role": "staff", "password": "eleven blue tractors"}
    return [
        ("post", "/v1/users", admin.post("/v1/users", json=user)),
        ("post", "/v1/users", admin.post("/v1/users", json=user)),
        ("get", "/v1/users", admin.get("/v1/users")),
    ]


def about_disclosure(admin: httpx.Client, at: str) -> list[tuple[str, str, httpx.Response]]:
    """A reveal and what is noted of it; an erasure refused and done."""
    route = "/v1/parties/{id}"
    return [
        ("post", f"{route}/reveals", admin.post(f"{at}/reveals", json={"reason": "dispute"})),
        ("get", f"{route}/reveals", admin.get(f"{at}/reveals")),
        ("post", f"{route}/erasure", admin.post(f"{at}/erasure", json={"reason": "because"})),
        ("get", f"{route}/erasure", admin.get(f"{at}/erasure")),
        ("post", f"{route}/erasure", admin.post(f"{at}/erasure", json={"reason": "own-request"})),
        ("get", f"{route}/erasure", admin.get(f"{at}/erasure")),
    ]


def about_parties(document: dict[str, Any], admin: httpx.Client) -> list[tuple[str, str, httpx.Response]]:
    """What is on record of a party: its application and how that went, evidence, certificates, consents."""
    site = admin.post("/v1/parties", json=PARTY | {"row_key": "site", "kind": "site"}).json()["id"]
    applied = admin.post(
        "/v1/parties/applications", json=example(document, "parties/applications") | {"kind": "producer"}
    )
    at, route = f"/v1/parties/{applied.json()['id']}", "/v1/parties/{id}"
    returned = {"action": "return", "reasons": ["other"], "note": "缺一页"}
    answers = [
        ("post", "/v1/parties/applications", applied),
        ("post", f"{route}/verification", admin.post(f"{at}/verification", json=returned)),
        (
            "post",
            f"{route}/verification",
            admin.post(f"{at}/verification", json=returned, headers={"If-Match": '"1"'}),
        ),
        ("get", f"{route}/history", admin.get(f"{at}/history")),
    ]
    for of in ("evidence", "certificates", "consents"):
        body = example(document, f"parties/{{id}}/{of}")
        made = admin.post(f"{at}/{of}", json=body | ({"site": site} if of == "consents" else {}))
        record = f"{at}/{of}/{made.json()['id']}"
        answers += [
            ("post", f"{route}/{of}", made),
            ("get", f"{route}/{of}", admin.get(f"{at}/{of}")),
            ("delete", f"{route}/{of}/{{record}}", admin.delete(record)),
            ("get", f"{route}/{of}", admin.get(f"{at}/{of}")),
        ]
    return answers


KINDS = ("offers", "demands", "capacities")
LISTS = (
    "designations",
    "grade-schemes",
    "grade-reviews",
    "matches",
    "listings",
    "plans",
    "parties",
    "keys",
    "session",
    "products",
    "grades",
    "counties",
    "units",
)


def example(document: dict[str, Any], kind: str) -> dict[str, Any]:
    """The example body of the description."""
    schema = document["paths"][f"/v1/{kind}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return {
        name: found["examples"][0] for name, found in schema["properties"].items() if found.get("examples")
    }
