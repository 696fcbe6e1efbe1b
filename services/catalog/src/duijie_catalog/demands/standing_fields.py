"""Fields of a standing demand <-> its terms: those of a demand without its window, and when it comes again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from duijie_shared.posting import DEMAND_FIELDS, FieldError, PostingError
from duijie_shared.posting.categories import parse_any_demand
from duijie_shared.posting.fields import Fields
from duijie_shared.posting.grading import GradeBook

from duijie_catalog import posted
from duijie_catalog.demands.recurrence_fields import (
    MOST_YEARS,
    RECURRENCE_FIELDS,
    SEASON_FIELDS,
    WEEKLY_FIELDS,
    parse_recurrence,
    recurrence_fields,
)
from duijie_catalog.domain.recurrence import Recurrence
from duijie_catalog.domain.standing import ADJUSTED, StandingTerms

WINDOW = ("needed_from", "needed_to")
TEMPLATE_FIELDS = tuple(name for name in DEMAND_FIELDS if name not in WINDOW)
OWN_FIELDS = (*RECURRENCE_FIELDS, "suppliers", "yearly_adjustment")

MOST_SUPPLIERS = 20
MOST_ADJUSTMENT = Decimal(20)


def parse_standing(
    fields: Mapping[str, object], today: dt.date, grades: GradeBook | None = None
) -> StandingTerms:
    """The terms of a standing demand as JSON has them; `grades` as `duijie_shared.posting.parse_demand` has it.

    Raises
    ------
    PostingError
        Naming every field that is unknown, missing or not acceptable.
    """
    read = Fields(fields, (*TEMPLATE_FIELDS, *OWN_FIELDS), "json")
    recurrence = parse_recurrence(read, today)
    suppliers = _suppliers(read)
    adjustment = _adjustment(read)
    template = _template(read, fields, recurrence, today, grades)
    read.finish()
    # Whatever is missing was refused above, and `finish` threw.
    if recurrence is None or template is None:
        raise AssertionError("a missing field was not refused")
    terms = StandingTerms(
        template=template, recurrence=recurrence, suppliers=suppliers, yearly_adjustment=adjustment
    )
    _check_instances(terms, today, grades)
    return terms


def fields_of(terms: StandingTerms) -> dict[str, object]:
    """The fields that these terms were posted as."""
    return {
        **terms.template,
        **recurrence_fields(terms.recurrence),
        "suppliers": [str(supplier) for supplier in terms.suppliers],
        "yearly_adjustment": terms.yearly_adjustment,
    }


def merged(terms: StandingTerms, changes: Mapping[str, object]) -> dict[str, object]:
    """The fields after an amendment; those of a pattern that is given up go with it."""
    before = fields_of(terms)
    fields = before | dict(changes)
    if changes.get("repeats", before["repeats"]) != before["repeats"]:
        given_up = WEEKLY_FIELDS if before["repeats"] == "weekly" else SEASON_FIELDS
        fields = {name: value for name, value in fields.items() if name in changes or name not in given_up}
    return fields


def _suppliers(read: Fields) -> tuple[UUID, ...]:
    found = set()
    for text in read.items("suppliers"):
        try:
            found.add(UUID(text))
        except ValueError:
            read.refuse("suppliers", "not-an-id", f"“{text}”不是主体的编号", f"{text!r} is no id of a party")
    if len(found) > MOST_SUPPLIERS:
        read.refuse(
            "suppliers", "not-a-list", f"最多 {MOST_SUPPLIERS} 个", f"must be {MOST_SUPPLIERS} at most"
        )
    return tuple(sorted(found))


def _adjustment(read: Fields) -> Decimal | None:
    value = read.number("yearly_adjustment")
    if value is None:
        return None
    if abs(value) > MOST_ADJUSTMENT:
        most = f"{MOST_ADJUSTMENT:f}"
        read.refuse(
            "yearly_adjustment",
            "out-of-range",
            f"应在 -{most} 到 {most} 之间 (百分数)",
            f"must be -{most} to {most} (percent)",
        )
    elif value != round(value, 2):
        read.refuse("yearly_adjustment", "too-fine", "最多 2 位小数", "takes 2 decimals at most")
    if not any(read.has(name) for name in ADJUSTED):
        read.refuse(
            "yearly_adjustment",
            "adjustment-without-price",
            "面议的需求没有可调整的价格",
            "needs a price to adjust",
        )
    return value


def _template(
    read: Fields,
    fields: Mapping[str, object],
    recurrence: Recurrence | None,
    today: dt.date,
    grades: GradeBook | None,
) -> dict[str, object] | None:
    """The fields of the demand as they will be read again, judged in a window that stands for all."""
    own = {name: value for name, value in fields.items() if name in TEMPLATE_FIELDS}
    window = dict.fromkeys(WINDOW, today.isoformat())
    try:
        terms = parse_any_demand({**own, **window}, source="json", today=today, grades=grades)
    except PostingError as error:
        read.errors.extend(error.errors)
        return None
    if recurrence is None:
        return None
    template = {name: value for name, value in posted.fields_of(terms).items() if name in TEMPLATE_FIELDS}
    if not read.has("latitude"):
        template |= {"latitude": None, "longitude": None}  # the seat, wherever it will be
    return template


def _check_instances(terms: StandingTerms, today: dt.date, grades: GradeBook | None) -> None:
    """Refuse what only the adjusted prices of the last year would be refused for."""
    if terms.yearly_adjustment is None:
        return
    recurrence = terms.recurrence
    last = recurrence.ends_on or recurrence.starts_on.replace(
        year=recurrence.starts_on.year + MOST_YEARS, day=1
    )
    latest = max(recurrence.beginning(today, last), key=lambda window: window.first, default=None)
    if latest is None:
        return
    try:
        parse_any_demand(terms.fields_for(latest), source="json", today=None, grades=grades)
    except PostingError as error:
        first = error.errors[0]
        raise PostingError(
            [
                FieldError(
                    "yearly_adjustment",
                    "out-of-range",
                    f"到 {latest.first} 时 {first.field} {first.zh}",
                    f"makes {first.field} of {latest.first} one that {first.en}",
                )
            ]
        ) from None
