"""Grade schemes, buyers' own ones, and grades that staff have to place."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number
from duijie_gateway.api.schemas.reference import VERSION, Reference

OWN = "own:1f0e7a52-5a0c-4d2e-9b53-0c6d1c4a8d10/fresh-potato@1"


class GradeShown(BaseModel):
    """One grade of a scheme; `rank` is the common scale, 5 best."""

    code: str = Field(examples=["G5"])
    name_zh: str = Field(examples=["特级"])
    name_en: str = Field(examples=["Premium"])
    rank: int = Field(ge=1, le=5)


class SchemeShown(BaseModel):
    """A grade scheme, best grade first. `products` are slugs, `category:<path>` or `*`.

    The statuses say how far the standard's number and the grades' names are verified; `recalled` is no official fact.
    """

    code: str = Field(examples=["PLATFORM_5"])
    title: str
    authority: str
    standard: str
    products: list[str] = Field(examples=[["*"]])
    standard_status: str = Field(examples=["recalled"])
    names_status: str = Field(examples=["recalled"])
    source: str
    note: str
    grades: list[GradeShown]


class Grades(Reference):
    """All grade schemes."""

    items: list[SchemeShown]


class AttributeShown(BaseModel):
    """Something that is measured, in `unit`, with the range in which a value is possible."""

    code: str = Field(examples=["diameter_mm"])
    name_zh: str = Field(examples=["横径"])
    name_en: str = Field(examples=["Diameter"])
    unit: str = Field(examples=["mm"])
    better: Literal["higher", "lower"]
    lowest: Number
    highest: Number
    definition_zh: str
    definition_en: str


class LimitShown(BaseModel):
    """A limit that is met at its value or on the better side; `official` only where it was seen in a source."""

    attribute: str = Field(examples=["diameter_mm"])
    at: Literal["least", "most"]
    value: Number = Field(examples=[70])
    status: Literal["verified", "secondary", "sources_differ", "recalled", "planning"]
    official: bool
    source: str
    note: str


class GradeLimits(BaseModel):
    """The limits of one grade; none: it takes whatever meets no better one."""

    grade: str
    rank: int
    limits: list[LimitShown]


class LimitSetShown(BaseModel):
    """The limits that hold for some products."""

    products: str = Field(description="A slug, `category:<path>` or `*`", examples=["*"])
    grades: list[GradeLimits]


class SchemeDetail(SchemeShown):
    """A scheme with what it measures."""

    version: str = Field(examples=VERSION)
    attributes: list[AttributeShown]
    limits: list[LimitSetShown]


class MeasureRequest(BaseModel):
    """Measured values by attribute code or name, in the attribute's unit."""

    scheme: str | None = Field(
        default=None, description="Code, standard number or own:...; empty for the common scale"
    )
    product: str = Field(examples=["potato"])
    measurements: dict[str, Number] = Field(examples=[{"unit_weight_g": 180, "defect_pct": 3}])


class GradeReason(BaseModel):
    """One line of the grounds of a grade."""

    code: str = Field(examples=["meets"])
    attribute: str | None
    zh: str
    en: str


class MeasuredGradeShown(BaseModel):
    """The best class whose limits are all met; without rank and for review where that cannot be said."""

    version: str = Field(examples=VERSION)
    scheme: str
    product: str
    grade: str | None = Field(examples=["G4"])
    rank: int | None = Field(examples=[4])
    review: bool
    status: str | None = Field(description="The weakest of the limits that decided", examples=["planning"])
    reasons: list[GradeReason]


class OwnGrade(BaseModel):
    """A class of a buyer's own scheme."""

    code: str = Field(examples=["A"])
    name_zh: str | None = None
    name_en: str | None = None
    rank: int = Field(ge=1, le=5, description="Its place on the common scale, 5 best; never rising")
    limits: dict[str, Number] | None = Field(default=None, examples=[{"unit_weight_g": 200}])


class OwnSchemePosting(BaseModel):
    """A buyer's own scheme, best class first; a better class is never laxer. The same code again is a new version."""

    code: str = Field(examples=["fresh-potato"])
    title: str = Field(examples=["鲜薯收购标准"])
    products: list[str] = Field(examples=[["potato"]])
    grades: list[OwnGrade] = Field(
        examples=[
            [
                {"code": "A", "rank": 5, "limits": {"unit_weight_g": 200}},
                {"code": "B", "rank": 3, "limits": {"unit_weight_g": 80}},
            ]
        ]
    )


class OwnSchemeShown(OwnSchemePosting):
    """A version of a buyer's scheme; `reference` goes into `grade_scheme` of offers and demands."""

    reference: str = Field(examples=[OWN])
    party: UUID
    version: int = Field(ge=1)
    created_at: dt.datetime


class OwnSchemePage(BaseModel):
    """Every version, in the order of publication; `next` is always null."""

    items: list[OwnSchemeShown]
    next: None


class GradeDecisionPosting(BaseModel):
    """Where a grade stands, or that it is none: one of `rank` and `dismissed`."""

    rank: int | None = Field(default=None, ge=1, le=5, examples=[4])
    dismissed: bool | None = None
    scope: Literal["product", "family"] | None = Field(
        default=None, description="The product with its varieties (default), or its whole market"
    )
    note: str | None = Field(default=None, examples=["相当于一级"])


class GradeDecision(BaseModel):
    """One dated decision; `rank` null takes earlier ones back."""

    rank: int | None
    scope: Literal["product", "family"]
    product: str
    note: str | None
    by_role: str
    by_key: UUID | None
    at: dt.datetime


class GradeReview(BaseModel):
    """A grade that was posted and that no scheme knows; decisions newest first."""

    id: UUID
    scheme: str = Field(description="Empty for the common scale", examples=["本地标准"])
    grade: str = Field(examples=["头货"])
    measurements: list[str] = Field(examples=[["unit_weight_g=180"]])
    product: str = Field(examples=["potato"])
    count: int = Field(ge=1, description="Refused postings and rows")
    first_seen: dt.datetime
    last_seen: dt.datetime
    status: Literal["open", "mapped", "dismissed"]
    decisions: list[GradeDecision]


class GradeReviewPage(BaseModel):
    """A page of reviews, in the order in which they were first seen."""

    items: list[GradeReview]
    next: str | None
