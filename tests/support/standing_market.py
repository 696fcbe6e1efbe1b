"""A standing demand at catalog's internal door: post it, change it, set the clock, see what was opened."""

from __future__ import annotations

from typing import Any

WEEKLY: dict[str, object] = {
    "product": "土豆", "min_grade": 3, "quantity": 12.5, "unit": "t", "bid_price": 2900, "county": "310115",
    "note": "后门卸货", "repeats": "weekly", "weekdays": [1, 4], "needed_days": 2, "lead_days": 7,
    "starts_on": "2026-12-01", "ends_on": "2027-02-28",
}  # fmt: skip
"""From Thursday 3 December on, opened from 26 November on: three days after the tests' noon."""


def post(catalog: Any, **changes: object) -> dict[str, Any]:
    """Post a standing demand; a change to `...` leaves the field out."""
    body = {name: value for name, value in (WEEKLY | changes).items() if value is not ...}
    made = catalog.client.post("/standing-demands", json=body, headers=catalog.as_party("buyer"))
    assert made.status_code == 201, made.text
    posted: dict[str, Any] = made.json()
    return posted


def refused(catalog: Any, **changes: object) -> set[tuple[str, str]]:
    """Field and code of what is refused of it."""
    body = {name: value for name, value in (WEEKLY | changes).items() if value is not ...}
    answer = catalog.client.post("/standing-demands", json=body, headers=catalog.as_party("buyer"))
    assert answer.status_code == 422, answer.text
    for error in answer.json()["errors"]:
        assert error["zh"]
        assert error["en"]
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


def change(catalog: Any, method: str, of: dict[str, Any], **body: object) -> Any:
    """Amend or end it in the version that was read."""
    headers = catalog.as_party("buyer", **{"If-Match": f'"{of["version"]}"'})
    return catalog.client.request(method, f"/standing-demands/{of['id']}", json=body or None, headers=headers)


def instances(catalog: Any, of: dict[str, Any], **params: str) -> dict[str, Any]:
    """What was opened of it and what is to come."""
    answer = catalog.client.get(
        f"/standing-demands/{of['id']}/instances", params=params, headers=catalog.as_party("buyer")
    )
    found: dict[str, Any] = answer.json()
    return found


def days(catalog: Any, of: dict[str, Any]) -> list[str]:
    """The first days of its instances, as opened."""
    return [item["needed_from"] for item in instances(catalog, of)["items"]]


def seen(catalog: Any, of: dict[str, Any]) -> dict[str, Any]:
    """It as it stands."""
    found: dict[str, Any] = catalog.client.get(
        f"/standing-demands/{of['id']}", headers=catalog.as_party("buyer")
    ).json()
    return found


def on(catalog: Any, day: str) -> None:
    """Set the clock to the morning of that day in Shanghai."""
    ticked = catalog.client.post(
        "/ticks", json={"as_of": f"{day}T08:00:00+08:00"}, headers=catalog.as_operator()
    )
    assert ticked.status_code == 200, ticked.text
