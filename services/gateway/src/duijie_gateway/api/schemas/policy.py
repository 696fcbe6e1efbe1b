"""The policy: its knobs, its versions, its change."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from duijie_shared.events.policy import Policy
from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.api.schemas.common import FieldProblem

Value = str | int | float


class KnobShown(BaseModel):
    """One number or text that staff may set."""

    path: str = Field(examples=["tilt.bonus"])
    kind: Literal["integer", "number", "text"] = Field(examples=["number"])
    unit: str = Field(examples=["share of the bid"])
    default: Value = Field(examples=[0.05])
    least: int | float | None = Field(description="Allowed itself; null for a text", examples=[0])
    most: int | float | None = Field(description="Allowed itself; null for a text", examples=[0.5])
    options: list[str] = Field(
        description="The words that a text may be; empty for a number and for the code of a county list",
        examples=[[]],
    )
    zh: str = Field(examples=["名单内县的供应在方案目标中多计出价的这一份额"])
    en: str = Field(
        examples=["Share of the bid by which a designated offer counts for more in the objective"]
    )


class Knobs(BaseModel):
    """All knobs, in the order of the policy."""

    items: list[KnobShown]


class Change(BaseModel):
    """One knob that differs from the version before."""

    knob: str = Field(examples=["tilt.bonus"])
    old: Value = Field(examples=[0.05])
    new: Value = Field(examples=[0.08])


class PolicyMaker(BaseModel):
    """Who made a version. Label and id of the key are for staff."""

    role: str = Field(examples=["staff"])
    label: str | None = Field(examples=["运营值班"])
    key: UUID | None


class PolicyVersion(BaseModel):
    """One version as history tells it. The first is of the release: nobody made it and it changed nothing."""

    version: int = Field(ge=1, examples=[2])
    at: dt.datetime
    by: PolicyMaker | None
    reason: str | None = Field(examples=["冬季运价上调"])
    changes: list[Change]


class PolicyVersionWhole(PolicyVersion):
    """One version with all its values."""

    policy: Policy


class PolicyHistory(BaseModel):
    """A page of versions, newest first."""

    items: list[PolicyVersion]
    next: str | None


class PolicyPosting(BaseModel):
    """The whole policy that is wanted: a section or knob that is left out has its default, not what is in force.

    `GET /v1/policy/knobs` tells every knob; `version` is let in and decides nothing.
    """

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=2000, examples=["冬季运价上调"])
    version: int | None = Field(default=None, ge=1, examples=[1])
    tilt: dict[str, Any] = Field(default={}, examples=[{"designation": "cn-832", "bonus": 0.08}])
    transport: dict[str, Any] = Field(default={}, examples=[{"chilled": 0.0012}])
    matching: dict[str, Any] = Field(default={}, examples=[{"alternatives": 5}])
    posting: dict[str, Any] = Field(default={}, examples=[{"postings_per_day": 2000}])
    plausibility: dict[str, Any] = Field(default={}, examples=[{"level_days": 30}])


class PolicyCheck(BaseModel):
    """What a policy would change of the version in force, or everything for which it would be refused."""

    version: int = Field(ge=1, description="The version in force", examples=[1])
    changes: list[Change]
    errors: list[FieldProblem]


class PolicyPut(BaseModel):
    """What is in force now; without changes it is the version that was."""

    version: int = Field(ge=1, examples=[2])
    changes: list[Change]
    policy: Policy
