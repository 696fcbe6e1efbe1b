"""How refusals appear in the API's description, once for all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.service.web import PROBLEM

from duijie_gateway.api.schemas.common import Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

_SAID = {
    400: "Malformed",
    401: "No key, or one that is not known or revoked",
    403: "The role may not do this",
    404: "There is no such object, or it is another party's",
    409: "A lost race, or the order is closed",
    410: "It was there, and was removed when its time was over",
    412: "The version in If-Match is not the present one",
    413: "The body is too large",
    415: "The body is not of a type that is taken",
    422: "Fields are refused, each named",
    428: "If-Match is missing",
    429: "Too many requests",
    502: "An internal service failed",
    503: "An internal service is away; Retry-After says when to try again",
}
READING = (401, 403, 422, 429, 503)
WRITING = (*READING, 400, 413, 415)


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that may refuse with these statuses."""
    return {code: {"model": Problem, "description": _SAID[code]} for code in sorted(set(codes))}


def say_problem(document: dict[str, Any]) -> dict[str, Any]:
    """The description with every refusal under its own content type; FastAPI writes all models as JSON."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    answer["content"] = {PROBLEM: answer["content"]["application/json"]}
                elif not {"text/event-stream", "application/ld+json"}.isdisjoint(answer.get("content", {})):
                    answer["content"].pop("application/json", None)
    return document


def body_of(model: type[BaseModel], *, partial: bool = False) -> dict[str, Any]:
    """`openapi_extra=` for a JSON body that is read as bytes and described by a model.

    With `partial` none of its fields is required, as in an amendment.
    """
    schema = model.model_json_schema(by_alias=True)
    if partial:
        schema.pop("required", None)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "The version that was read, in quotes",
    "example": '"1"',
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "The same key and body again answer as the first time; another body is refused (422)",
}
