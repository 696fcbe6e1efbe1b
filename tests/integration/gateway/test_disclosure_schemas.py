"""No answer of the API has a field for what is private, but those that are named here with their reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway_served import Gateway

pytestmark = pytest.mark.database

PRIVATE = (
    "contact", "phone", "mobile", "telephone", "email", "wechat", "address", "latitude", "longitude", "reserve",
    "area", "note", "row_key", "uscc",
)  # fmt: skip
OWN_ORDER = {"reserve_price", "latitude", "longitude", "note"}
OWN_OFFER = OWN_ORDER | {"area"}
OWN_CAPACITY = {"latitude", "longitude", "to_latitude", "to_longitude", "note"}
OWN_PARTY = {"contact", "latitude", "longitude"}
PARTY = OWN_PARTY | {"row_key", "uscc"}

ALLOWED: dict[str, tuple[set[str], str]] = {
    "POST /v1/offers": (OWN_OFFER, "its poster's own"),
    "GET /v1/offers": (OWN_OFFER, "its poster's own; staff get the item without these"),
    "GET /v1/offers/{id}": (OWN_OFFER, "as the list"),
    "PATCH /v1/offers/{id}": (OWN_OFFER, "its poster's own"),
    "DELETE /v1/offers/{id}": (OWN_OFFER, "its poster's own"),
    "POST /v1/demands": (OWN_ORDER, "its poster's own"),
    "GET /v1/demands": (OWN_ORDER, "its poster's own; staff get the item without these"),
    "GET /v1/demands/{id}": (OWN_ORDER, "as the list"),
    "PATCH /v1/demands/{id}": (OWN_ORDER, "its poster's own"),
    "DELETE /v1/demands/{id}": (OWN_ORDER, "its poster's own"),
    "POST /v1/capacities": (OWN_CAPACITY, "its poster's own"),
    "GET /v1/capacities": (OWN_CAPACITY, "its poster's own; staff get the item without these"),
    "GET /v1/capacities/{id}": (OWN_CAPACITY, "as the list"),
    "PATCH /v1/capacities/{id}": (OWN_CAPACITY, "its poster's own"),
    "DELETE /v1/capacities/{id}": (OWN_CAPACITY, "its poster's own"),
    "POST /v1/standing-demands": (OWN_ORDER, "its poster's own"),
    "GET /v1/standing-demands": (OWN_ORDER, "its poster's own; staff get the item without these"),
    "GET /v1/standing-demands/{id}": (OWN_ORDER, "as the list"),
    "PATCH /v1/standing-demands/{id}": (OWN_ORDER, "its poster's own"),
    "DELETE /v1/standing-demands/{id}": (OWN_ORDER, "its poster's own"),
    "POST /v1/feeds": ({"email"}, "where its owner wants its digest"),
    "GET /v1/feeds": ({"email"}, "its owner's own"),
    "GET /v1/feeds/{id}": ({"email"}, "its owner's own"),
    "PATCH /v1/feeds/{id}": ({"email"}, "its owner's own"),
    "POST /v1/parties/applications": (PARTY, "who applies knows; the answer leaves contact and place out"),
    "POST /v1/parties/{id}/verification": (PARTY, "staff get it without contact and place"),
    "GET /v1/parties/{id}/history": ({"note"}, "what staff wrote to the party itself; for it and for staff"),
    "POST /v1/parties": (PARTY, "the operator enters them; the answer leaves contact and place out"),
    "GET /v1/parties": (PARTY, "for staff, without contact and place"),
    "GET /v1/parties/{id}": (PARTY, "the party itself; staff get it without contact and place"),
    "POST /v1/parties/{id}/reveals": (OWN_PARTY, "what staff ask for with a reason, and which is noted"),
    "GET /v1/deals/{id}": (
        {"contact", "latitude", "longitude"},
        "the two sides, once both have accepted; noted",
    ),
    "POST /v1/matches/{id}/decisions": (
        {"contact", "latitude", "longitude"},
        "of the deal's shape; always null, the deal itself shows them",
    ),
    "GET /v1/constraints": ({"note"}, "what staff wrote beside a constraint; for staff"),
    "POST /v1/constraints": ({"note"}, "as the list"),
    "GET /v1/constraints/{id}": ({"note"}, "as the list"),
    "DELETE /v1/constraints/{id}": ({"note"}, "as the list"),
    "GET /v1/deals": ({"contact", "latitude", "longitude"}, "of the item's shape; always null in a list"),
    "GET /v1/counties": ({"latitude", "longitude"}, "the seats of counties, which are in every atlas"),
    "GET /v1/counties/{code}": (
        {"latitude", "longitude", "note"},
        "as the list; the note is on a list of counties",
    ),
    "GET /v1/designations/{code}": ({"note"}, "on a list of counties"),
    "GET /v1/grades": ({"note"}, "on a published scheme"),
    "GET /v1/grades/{scheme}": ({"note"}, "on a published scheme"),
    "GET /v1/flags": ({"note"}, "staff's own, on what does not look plausible; for staff alone"),
    "POST /v1/flags/{id}": ({"note"}, "as the list"),
    "GET /v1/grade-reviews": ({"note"}, "staff's own, on what a grade means"),
    "POST /v1/grade-reviews/{id}": ({"note"}, "staff's own, on what a grade means"),
}


def answers(document: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Every operation with the schemas of what it answers when it does not refuse."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values() if int(status) < 400 else ():
                    yield f"{method.upper()} {path}", content["schema"]


def fields(document: dict[str, Any], schema: object, met: set[str]) -> set[str]:
    """The names of all fields within a schema, whatever it refers to."""
    if isinstance(schema, list):
        return {name for each in schema for name in fields(document, each, met)}
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", ()))
    reference = schema.get("$ref")
    if reference is not None and reference not in met:
        met.add(reference)
        found |= fields(document, document["components"]["schemas"][reference.rpartition("/")[2]], met)
    return found.union(*(fields(document, value, met) for value in schema.values()))


def test_what_is_private_is_in_no_answer_but_those_named(gateway: Gateway) -> None:
    """Exactly: what an operation may answer and no longer does is struck off the list."""
    with gateway.client(None) as nobody:
        document = nobody.get("/openapi.json").json()
    found: dict[str, set[str]] = {}
    for operation, schema in answers(document):
        private = {
            name
            for name in fields(document, schema, set())
            if any(word in name.split("_") or word == name for word in PRIVATE)
        }
        if private:
            found[operation] = found.get(operation, set()) | private
    assert found == {operation: private for operation, (private, _why) in ALLOWED.items()}
