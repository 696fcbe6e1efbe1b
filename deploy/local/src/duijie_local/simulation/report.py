"""A comparison as the item that `--json` prints: money in CNY, quantities in pricing units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.geography import counties
from duijie_shared.values import QUANTITY_SCALE, VALUE_SCALE, to_number

if TYPE_CHECKING:
    from duijie_local.simulation.comparison import Comparison, CountyRow, Run
    from duijie_local.simulation.totals import Totals

_DIGITS = 6


def report_item(compared: Comparison) -> dict[str, Any]:
    """The whole comparison; the same comparison gives the same item."""
    period = compared.policy.replay.period
    return {
        "kind": "simulation",
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "designation": compared.designation,
        "unchanged": compared.is_unchanged,
        "baseline": _run(compared.baseline),
        "policy": _run(compared.policy),
        "difference": {
            **totals_item(compared.difference),
            "tilt_share": _share(compared.policy.totals.tilt_share - compared.baseline.totals.tilt_share),
            "price_of_priority": _money(
                compared.policy.price_of_priority - compared.baseline.price_of_priority
            ),
        },
        "counties": [_county(row) for row in compared.counties],
    }


def totals_item(totals: Totals) -> dict[str, Any]:
    """Totals, or their difference."""
    return {
        "lines": totals.lines,
        "welfare": _money(totals.welfare),
        "value": _money(totals.value),
        "designated_value": _money(totals.designated_value),
        "cleared": {
            unit: {
                "quantity": _quantity(quantity),
                "designated": _quantity(totals.designated_quantity.get(unit, 0)),
            }
            for unit, quantity in totals.quantity.items()
        },
    }


def county_name(code: str | None) -> str:
    """A county's name; its code where this release does not know it, a dash where an order names none."""
    if code is None:
        return "—"
    try:
        return counties().get(code).name_zh
    except KeyError:
        return code


def _run(run: Run) -> dict[str, Any]:
    totals = totals_item(run.totals)
    for unit, item in totals["cleared"].items():
        item["tilt_share"] = _share(run.totals.quantity_share(unit))
    per_value = run.price_per_designated_value
    return {
        "policy": run.replay.policy.version,
        **totals,
        "tilt_share": _share(run.totals.tilt_share),
        "welfare_without_tilt": _money(run.neutral.welfare),
        "tilt_share_without_tilt": _share(run.neutral.tilt_share),
        "price_of_priority": _money(run.price_of_priority),
        "price_per_designated_value": None if per_value is None else round(per_value, _DIGITS),
    }


def _county(row: CountyRow) -> dict[str, Any]:
    return {
        "side": row.side,
        "county": row.county,
        "name": county_name(row.county),
        "designated": row.is_designated,
        "baseline": totals_item(row.baseline),
        "policy": totals_item(row.policy),
        "difference": totals_item(row.difference),
    }


def _money(value: int) -> int | float:
    return to_number(value, VALUE_SCALE)


def _quantity(quantity: int) -> int | float:
    return to_number(quantity, QUANTITY_SCALE)


def _share(share: float) -> float:
    return round(share, _DIGITS)
