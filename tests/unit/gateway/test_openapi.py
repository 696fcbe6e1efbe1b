"""The kept description of the API is that of the code, is OpenAPI 3.1, and is true of what webhooks send."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from duijie_gateway.domain.capacities import capacity_item
from duijie_gateway.domain.changes import SUBJECTS, Change, Subject, Verdict, change_item
from duijie_gateway.domain.envelopes import (
    CONTENT_TYPE,
    DIGEST_TYPE,
    RESET_TYPE,
    TEST_TYPE,
    cloud_event,
    message_id,
    type_of,
)
from duijie_gateway.domain.facts import Facts
from duijie_gateway.domain.listings import Listing, listing_item
from duijie_gateway.export import DOCUMENT, openapi_text
from gateway_description import validate
from gateway_records import NOW, a_capacity, a_deal, a_match, an_order
from openapi_spec_validator import OpenAPIV31SpecValidator

EXPORT = "run `python -m duijie_gateway.export` and review the difference"
DOCUMENTED: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
NOTHING = Facts(products=(), status="proposed")


def test_the_kept_document_is_that_of_the_code() -> None:
    """A change of the API is seen in review."""
    assert DOCUMENT.read_text("utf-8") == openapi_text(), EXPORT


def test_it_is_openapi_3_1() -> None:
    """By the rules of a validator that is not ours; a document with a fault is not."""
    OpenAPIV31SpecValidator(DOCUMENTED).validate()
    faulty = {"openapi": "3.1.0", "info": {"version": "1"}, "paths": {}}
    assert list(OpenAPIV31SpecValidator(faulty).iter_errors())


def test_every_kind_of_message_is_described() -> None:
    """What a receiver may be sent, under the type that it is sent with."""
    types = {
        webhook["post"]["requestBody"]["content"][CONTENT_TYPE]["schema"]["properties"]["type"]["const"]
        for webhook in DOCUMENTED["webhooks"].values()
    }
    assert types == {*(type_of(subject) for subject in SUBJECTS), TEST_TYPE, RESET_TYPE, DIGEST_TYPE}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_webhooks_send_is_as_described(subject: Subject) -> None:
    """What is there and what is gone, word for word as the sender makes it; of another subject it is refused."""
    verdicts: tuple[Verdict, ...] = ("item", "tombstone")
    for verdict in verdicts:
        change = Change(7, subject, UUID(int=7), NOW, NOTHING, NOTHING, body=body_of(subject))
        body = sent(change_item(change, verdict, exact=False), subject)
        validate(DOCUMENTED, schema_of(subject), body, subject)
        with pytest.raises(AssertionError):
            validate(DOCUMENTED, schema_of(subject), {**body, "type": "duijie.feed.other.v1"}, subject)


def schema_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENTED["webhooks"][name]["post"]["requestBody"]["content"][CONTENT_TYPE][
        "schema"
    ]
    rewritten: dict[str, Any] = rooted(found)
    return rewritten


def rooted(value: Any) -> Any:
    """The schema with references that lead out of it, into the whole document."""
    if isinstance(value, dict):
        return {name: "urn:api" + part if name == "$ref" else rooted(part) for name, part in value.items()}
    return [rooted(part) for part in value] if isinstance(value, list) else value


def sent(data: dict[str, Any], subject: Subject) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        cloud_event(message_id(UUID(int=1), 7), type_of(subject), data["id"], NOW, data)
    )
    return found


def body_of(subject: Subject) -> str:
    if subject == "match":
        return a_match().model_dump_json()
    if subject == "deal":
        return a_deal().model_dump_json()
    if subject == "capacity":
        return json.dumps(capacity_item(a_capacity(), NOW))
    listing = Listing.of(an_order(subject), NOW)
    assert listing is not None
    return json.dumps(listing_item(listing))
