"""Refusals, and what every posting shares."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

Number = int | float


class FieldProblem(BaseModel):
    """One refused field."""

    field: str = Field(examples=["quantity"])
    code: str = Field(examples=["not-positive"])
    zh: str = Field(examples=["必须大于零"])
    en: str = Field(examples=["must be above zero"])


class Problem(BaseModel):
    """A refusal (RFC 9457), `application/problem+json`."""

    type: str = Field(examples=["urn:duijie:problem:invalid"])
    title: str
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid"])
    zh: str = Field(examples=["有字段不符合要求"])
    en: str = Field(examples=["Some fields are not acceptable"])
    errors: list[FieldProblem] | None = None


class AsPosted(BaseModel):
    # What catalog stores is answered as it was posted; later fields must not break older descriptions.
    model_config = ConfigDict(extra="allow")
