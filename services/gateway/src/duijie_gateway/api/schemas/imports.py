"""Imports and what they refused."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class RefusedCell(BaseModel):
    """One refused cell of an import."""

    row: int = Field(description="As a spreadsheet numbers it; 0 for the file as a whole", examples=[17])
    column: str = Field(examples=["quantity"])
    value: str = Field(description="What stood there, perhaps shortened", examples=["3,000"])
    code: str = Field(examples=["not-a-number"])
    zh: str = Field(examples=["“3,000”不是数字: 只用 0-9、小数点和正负号, 不用千位分隔符"])
    en: str = Field(examples=["'3,000' is not a number: digits, a point and a sign, no separators"])


class ImportProgress(BaseModel):
    """How far an import has come. Every row is in exactly one of the four counts."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    kind: Literal["offers", "demands", "capacities", "parties"]
    filename: str | None = Field(default=None, examples=["供应-2026-11.xlsx"])
    status: Literal["queued", "running", "done"]
    dry_run: bool
    atomic: bool
    rows_total: int | None = Field(description="Known once the file was read through", examples=[120])
    rows_done: int = Field(examples=[120])
    created: int = Field(examples=[100])
    amended: int = Field(examples=[10])
    unchanged: int = Field(examples=[8])
    refused: int = Field(examples=[2])
    created_at: dt.datetime
    finished_at: dt.datetime | None
    file_until: dt.datetime | None = Field(
        description="Until when the sheet of refused rows can be had, where rows were refused"
    )


class Import(ImportProgress):
    """An import with the first 1,000 of its refused cells; the sheet has more."""

    errors: list[RefusedCell]
    errors_total: int = Field(examples=[2])


class ImportPage(BaseModel):
    """A page of imports, newest first."""

    items: list[ImportProgress]
    next: str | None
