"""Saved feeds: a filter, whose it is, and either a stream or a digest on a schedule."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from duijie_shared.posting.common import CERTIFICATES
from duijie_shared.service.errors import FieldError
from duijie_shared.taxonomy import taxonomy
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE

from duijie_gateway.domain.access import Scope, area_prefix
from duijie_gateway.domain.changes import FeedFilter, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
MOST_FEEDS = 50
"""Feeds of one owner."""
Every = Literal["day", "week"]
Via = Literal["email", "webhook"]

_ORDERS = frozenset(
    {
        *(
            "product",
            "county",
            "designation",
            "min_grade",
            "max_grade",
            "min_quantity",
            "min_price",
            "max_price",
        ),
        *("from", "to", "certificates"),
    }
)
CONDITIONS: dict[Subject, frozenset[str]] = {
    "offer": _ORDERS,
    "demand": _ORDERS,
    "capacity": frozenset({"product", "county", "min_quantity", "from", "to", "activity"}),
    "match": frozenset({"product", "county", "designation", "min_score"}),
    "deal": frozenset({"product", "county", "min_quantity"}),
}
"""What a filter may ask of each subject. One that asks of several may ask what all of them have."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A digest every day, or every week on `weekday` (1 is Monday), at `hour` in Asia/Shanghai."""

    every: Every
    hour: int
    via: Via
    weekday: int = 1
    email: str | None = None

    def next_due(self, after: dt.datetime) -> dt.datetime:
        """The first due moment later than `after`."""
        local = after.astimezone(SHANGHAI)
        due = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        if self.every == "week":
            due += dt.timedelta(days=(self.weekday - due.isoweekday()) % 7)
        step = dt.timedelta(days=7 if self.every == "week" else 1)
        return (due if due > local else due + step).astimezone(dt.UTC)

    def to_json(self) -> dict[str, Any]:
        """As it was posted."""
        shown: dict[str, Any] = {"every": self.every, "hour": self.hour, "via": self.via}
        if self.every == "week":
            shown["weekday"] = self.weekday
        return shown | ({"email": self.email} if self.email else {})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class Feed:
    """One saved feed. `filter` is as posted; `start` is the place that a reader without one begins behind.

    `party` and `area` are its owner's scope, `exact` whether the owner sees exact figures. With a `schedule` the next
    digest begins behind `digested` and is due at `due`.
    """

    id: UUID
    name: str
    party: UUID | None
    area: str | None
    exact: bool
    filter: dict[str, Any]
    start: int
    created_at: dt.datetime
    schedule: Schedule | None = None
    report_if_empty: bool = False
    digested: int = 0
    due: dt.datetime | None = None

    @property
    def scope(self) -> Scope:
        """What its owner may see."""
        return Scope(self.party, self.area)

    @property
    def wanted(self) -> FeedFilter:
        """Its filter in the words of this release."""
        return filter_of(self.filter)

    def shown(self) -> dict[str, Any]:
        """The item of the API."""
        return {
            "id": str(self.id),
            "name": self.name,
            "filter": self.filter,
            "stream": self.schedule is None,
            "schedule": None if self.schedule is None else self.schedule.to_json(),
            "report_if_empty": self.report_if_empty,
            "start": self.start,
            "created_at": self.created_at.isoformat(),
        }


def filter_of(posted: Mapping[str, Any]) -> FeedFilter:
    """The filter of posted words that `filter_errors` passed; a name that a later release dropped admits nothing."""
    subjects = cast("frozenset[Subject]", frozenset(posted["subjects"]))
    products = None if "product" not in posted else products_of(posted["product"]) or frozenset()
    county = posted.get("county")
    days = {name: posted.get(name) and dt.date.fromisoformat(posted[name]) for name in ("from", "to")}
    return FeedFilter(
        subjects=subjects,
        products=products,
        area=None if county is None else area_prefix(county),
        designation=posted.get("designation"),
        min_grade=posted.get("min_grade"),
        max_grade=posted.get("max_grade"),
        min_quantity=_scaled(posted.get("min_quantity"), QUANTITY_SCALE, math.ceil),
        min_price=_scaled(posted.get("min_price"), PRICE_SCALE, math.ceil),
        max_price=_scaled(posted.get("max_price"), PRICE_SCALE, math.floor),
        first=days["from"],
        last=days["to"],
        certificates=frozenset(
            CERTIFICATES.get(c.lower(), c.lower()) for c in posted.get("certificates", ())
        ),
        activity=posted.get("activity"),
        min_score=posted.get("min_score"),
    )


def filter_errors(posted: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the words of a filter; names of counties and lists are judged by who knows them."""
    errors = []
    for name in posted.keys() - {"subjects"}:
        without = [subject for subject in posted["subjects"] if name not in CONDITIONS[subject]]
        if without:
            kinds = "、".join(without)
            zh, en = f"{kinds} 没有此条件", f"is no condition of {', '.join(without)}"
            errors.append(FieldError(f"filter.{name}", "not-of-subject", zh, en))
    if "product" in posted and products_of(posted["product"]) is None:
        text = posted["product"]
        zh, en = f"没有产品“{text}”", f"there is no product {text!r}"
        errors.append(FieldError("filter.product", "unknown-product", zh, en))
    for least, most in (("min_grade", "max_grade"), ("min_price", "max_price"), ("from", "to")):
        if least in posted and most in posted and posted[least] > posted[most]:
            zh, en = f"不能小于 {least}", f"must not be below {least}"
            errors.append(FieldError(f"filter.{most}", "out-of-range", zh, en))
    return errors


def products_of(text: str) -> frozenset[str] | None:
    """The slugs of a product with its varieties, or of all products of a category; None for an unknown name."""
    known = taxonomy()
    found = known.find(text)
    if found is not None:
        return frozenset(p.slug for p in known.products if known.is_descendant(p.slug, found.slug))
    category = known.find_category(text)
    if category is None:
        return None
    within = f"{category.path}/"
    return frozenset(p.slug for p in known.products if f"{p.category}/".startswith(within))


def _scaled(value: float | None, scale: int, rounded: Any) -> int | None:
    return None if value is None else int(rounded(Decimal(str(value)) * scale))
