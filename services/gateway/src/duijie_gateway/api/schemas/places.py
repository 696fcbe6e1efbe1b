"""Counties, and the lists that name them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number
from duijie_gateway.api.schemas.reference import VERSION, Hit, Reference


class CountyName(BaseModel):
    """A county of today by its code."""

    code: str = Field(examples=["520526"])
    name_zh: str = Field(examples=["威宁彝族回族苗族自治县"])
    name_en: str


class CountyShown(CountyName):
    """A county of today with the lists that name it on the day asked for."""

    kind: str = Field(examples=["autonomous_county"])
    prefecture: str
    province: str = Field(examples=["贵州省"])
    latitude: Number | None = Field(description="Null for the few without a known point")
    longitude: Number | None
    designations: list[str] = Field(examples=[["demo-counties"]])
    hit: Hit | None = None


class Counties(Reference):
    """Counties."""

    on: dt.date
    items: list[CountyShown]


class FormerMeaning(BaseModel):
    """What a code meant from the first year until it ended, and the counties of today that follow it."""

    code: str = Field(examples=["420321"])
    name_zh: str = Field(examples=["郧县"])
    valid_from_year: int
    ended_year: int
    successors: list[CountyName]


class DesignationFact(BaseModel):
    """One entry of a list, in one of its editions. Days are included; null is open."""

    list: str
    title_zh: str
    title_en: str
    source: str
    holds: Literal["ever", "while_valid"]
    listed_code: str
    listed_name: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    edition_from: dt.date | None
    edition_to: dt.date | None
    status: str
    note: str
    in_force: bool = Field(description="Whether it holds on the day asked for")


class CountyDetail(BaseModel):
    """What a code means on a day.

    `current`: a code of today. `resolved`: it meant a county that has another code or name today. `ambiguous`: it was
    split, `candidates` say into what. `ended`: nothing follows it.
    """

    version: str = Field(examples=VERSION)
    code: str = Field(examples=["420321"])
    on: dt.date
    status: Literal["current", "resolved", "ambiguous", "ended"]
    candidates: list[CountyName]
    former_meanings: list[FormerMeaning]
    county: CountyShown | None
    current_since_year: int | None = Field(
        description="Since when the county of today has its code, where the code had another meaning before"
    )
    predecessors: list[FormerMeaning] = Field(description="Codes that ended in this county")
    designations: list[DesignationFact]


class EditionShown(BaseModel):
    """One edition of a list. `effective_from` null: from ever on; `last_day` null: open; `uploaded_at` null: shipped."""

    effective_from: dt.date | None
    last_day: dt.date | None
    title_zh: str
    title_en: str
    source: str
    holds: Literal["ever", "while_valid"]
    complete: bool = Field(description="Whether all published entries are there")
    entries: int
    uploaded_at: dt.datetime | None


class DesignationList(BaseModel):
    """A list of counties, its editions oldest first. `counties` counts whom it names on the day asked for."""

    code: str = Field(examples=["demo-counties"])
    title_zh: str
    title_en: str
    counties: int
    editions: list[EditionShown]


class DesignationLists(Reference):
    """All lists, ended ones too."""

    on: dt.date
    items: list[DesignationList]


class EntryShown(CountyName):
    """A county in the edition that is in force, as the list names it."""

    listed_code: str
    listed_name: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    status: str
    note: str
    in_force: bool


class DesignationDetail(DesignationList):
    """A list with the entries of the edition that is in force on the day; none where it has ended."""

    version: str = Field(examples=VERSION)
    on: dt.date
    entries: list[EntryShown]


class ListProblem(BaseModel):
    """Why a row cannot be taken; `row` as a spreadsheet counts, null for what is said of the file or beside it."""

    row: int | None = Field(examples=[3])
    column: str = Field(examples=["county"])
    value: str
    code: str = Field(examples=["ambiguous-county"])
    zh: str
    en: str
    candidates: list[str]


class ListChange(BaseModel):
    """What an edition changes on the day it takes effect; `changes_today` counts counties whose orders follow now."""

    code: str = Field(examples=["demo-counties"])
    stored: bool
    rows: int
    effective_from: dt.date | None
    added: list[CountyName]
    ended: list[CountyName]
    kept: int
    changes_today: int
    problems: list[ListProblem]


class EndPosting(BaseModel):
    """From which day on a list no longer names anybody, and who says so."""

    on: dt.date = Field(examples=["2027-01-01"])
    source: str = Field(examples=["Notice 13 of 2026"])
