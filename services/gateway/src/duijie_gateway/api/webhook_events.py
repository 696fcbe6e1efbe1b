"""What the gateway sends: the `webhooks` section of the API's description."""

from __future__ import annotations

from typing import Any, get_args

from duijie_shared.events.base import Activity

from duijie_gateway.api.schemas.deals import DealItem
from duijie_gateway.domain.changes import SUBJECTS, Subject
from duijie_gateway.domain.envelopes import (
    CONTENT_TYPE,
    DIGEST_TYPE,
    RESET_TYPE,
    SOURCE,
    TEST_TYPE,
    type_of,
)

_DEAL_ROUTE_ALONE = {"side", "legs", "counterparty"}
"""What a change of a deal leaves to `GET /v1/deals/{id}`: each side's own view of it."""
_DEAL = [name for name in DealItem.model_fields if name not in _DEAL_ROUTE_ALONE]
_ITEM: dict[Subject, dict[str, Any]] = {
    "match": {"$ref": "#/components/schemas/MatchItem"},
    "offer": {"$ref": "#/components/schemas/Listing"},
    "demand": {"$ref": "#/components/schemas/Listing"},
    "capacity": {
        "type": "object",
        "required": ["id", "version", "activity", "throughput_per_day", "unit", "updated_at"],
        "properties": {"activity": {"enum": list(get_args(Activity))}},
    },
    "deal": {
        "type": "object",
        "required": _DEAL,
        "properties": {name: {"$ref": f"#/components/schemas/DealItem/properties/{name}"} for name in _DEAL},
    },
}
"""The schema of a change's item, by what it is about."""
_WORD = {"type": "string"}
_SIGNATURE = {
    "webhook-id": "The same in every attempt and replay: what was seen already may be dropped",
    "webhook-timestamp": "Seconds since 1970 of this attempt",
    "webhook-signature": "Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; two while a "
    "secret is changed",
}
_ANSWERS = {
    "2XX": {"description": "Taken; answer within 15 s"},
    "410": {"description": "Not wanted any more: the webhook is disabled"},
    "default": {"description": "Anything else, a redirect too: sent again for days, ever more seldom"},
}


def webhooks_described() -> dict[str, Any]:
    """The section; it refers to schemas that the routes of the document bring along."""
    described = {
        f"{subject}": _webhook(f"A change of a {subject}", type_of(subject), _change(subject))
        for subject in SUBJECTS
    }
    described["reset"] = _webhook(
        "Changes are missing: the log did not keep them for so long; read the lists anew",
        RESET_TYPE,
        {
            "type": "object",
            "required": ["after", "oldest"],
            "properties": {"after": {"type": "integer"}, "oldest": {"type": "integer"}},
        },
    )
    items = {"type": "array", "items": {"$ref": "#/components/schemas/ChangeItem"}}
    described["digest"] = _webhook(
        "What changed of a feed with a schedule, each subject once",
        DIGEST_TYPE,
        {
            "type": "object",
            "required": ["id", "title", "after", "upto", "present", "gone"],
            "properties": {
                "id": _WORD,
                "title": _WORD,
                "after": {"type": "integer"},
                "upto": {"type": "integer"},
                "present": items,
                "gone": items,
            },
        },
    )
    described["test"] = _webhook(
        "What `POST /v1/webhooks/{id}/test` sends",
        TEST_TYPE,
        {"type": "object", "required": ["zh", "en"], "properties": {"zh": _WORD, "en": _WORD}},
    )
    return described


def _webhook(summary: str, type_: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": type_.replace(".", "_"),
            "tags": ["webhooks"],
            "summary": summary,
            "security": [],
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": _WORD, "description": said}
                for name, said in _SIGNATURE.items()
            ],
            "requestBody": {"required": True, "content": {CONTENT_TYPE: {"schema": _event(type_, data)}}},
            "responses": _ANSWERS,
        }
    }


def _event(type_: str, data: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "As webhook-id"},
        "source": {"const": SOURCE},
        "type": {"const": type_},
        "subject": {"type": "string", "description": "The id of what changed, or of the webhook"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": data,
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _change(subject: Subject) -> dict[str, Any]:
    return {
        "allOf": [{"$ref": "#/components/schemas/ChangeItem"}],
        "properties": {"subject": {"const": subject}, "item": {"anyOf": [_ITEM[subject], {"type": "null"}]}},
    }
