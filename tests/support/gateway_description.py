"""The API's description, and answers held to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from gateway_served import Gateway


def description(gateway: Gateway) -> dict[str, Any]:
    """/openapi.json."""
    with gateway.client(None) as nobody:
        response = nobody.get("/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def validate(document: dict[str, Any], schema: dict[str, Any], instance: object, where: str) -> None:
    """Hold an answer to a schema that refers into the description."""
    registry: Registry[Any] = Registry().with_resource("urn:api", DRAFT202012.create_resource(document))
    rooted = {**schema, "$ref": "urn:api" + schema["$ref"]} if "$ref" in schema else schema
    errors = [
        f"{where}: {'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in Draft202012Validator(
            rooted, registry=registry, format_checker=FormatChecker()
        ).iter_errors(instance)
    ]
    assert errors == []
