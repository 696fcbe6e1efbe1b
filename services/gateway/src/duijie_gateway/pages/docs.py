"""`/docs`: the API's description as a page, from the same document as /openapi.json; no script, nothing foreign."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from duijie_gateway.pages.templates import Page, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    where: str
    required: bool
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: str
    answers: tuple[tuple[str, str], ...]


@router.get("/docs")
async def docs(request: Request, page: Annotated[Page, Depends(page_of)]) -> Response:
    """Every operation with parameters, an example body and answers."""
    return page.render("docs.html", operations=list(operations_of(request.app.openapi())))


def operations_of(document: Mapping[str, Any]) -> Iterator[Operation]:
    """The operations of an OpenAPI document, in its order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield Operation(
                anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
                method=method,
                path=path,
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                parameters=tuple(_parameter(found) for found in operation.get("parameters", ())),
                body=_example(operation),
                answers=tuple(
                    (status, said.get("description", "")) for status, said in operation["responses"].items()
                ),
            )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(
        found["name"],
        found["in"],
        bool(found.get("required")),
        _kind(found.get("schema", {})),
        found.get("description", ""),
    )


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_kind(option) for option in schema["anyOf"] if option.get("type") != "null")
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}, ..."
    return str(schema.get("format") or schema.get("const") or schema.get("type", ""))


def _example(operation: Mapping[str, Any]) -> str:
    contents = operation.get("requestBody", {}).get("content", {})
    schema = contents.get("application/json", {}).get("schema")
    if schema is None:
        return ", ".join(contents)
    example = {
        name: found["examples"][0]
        for name, found in schema.get("properties", {}).items()
        if found.get("examples")
    }
    return json.dumps(example, ensure_ascii=False, indent=2)
