"""A JSON body that the gateway itself takes, read by its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from duijie_shared.service.errors import FieldError, unprocessable
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def read_model(model: type[Model], body: bytes) -> Model:
    """What the body says. Raises 422 naming each field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise unprocessable([_named(each) for each in error.errors()]) from None


def _named(error: Mapping[str, Any]) -> FieldError:
    field = ".".join(map(str, error["loc"])) or "body"
    if error["type"] == "missing":
        return FieldError(field, "required", "须填写", "is needed")
    if error["type"] == "extra_forbidden":
        return FieldError(field, "unknown-field", "没有这个字段", "there is no such field")
    return FieldError(field, "malformed", f"无法接受: {error['msg']}", error["msg"])
