"""What records attest: of which products, on which days, and against what is claimed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from duijie_catalog.domain.consents import Consent
from duijie_catalog.domain.evidence import Attestation, certificates_of, level_of
from duijie_catalog.domain.verification import Actor

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
STAFF = Actor(UUID(int=1), "staff")
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
DAY = dt.timedelta(days=1)
FUJI = ("fuji-apple", "apple")


def a_record(**changes: Any) -> Attestation:
    """A green certificate for all products, for the year 2026, with changes."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "party_id": UUID(int=2),
        "kind": "certificate",
        "value": "green",
        "product": None,
        "issuer": "中国绿色食品发展中心",
        "document_sha256": "0" * 64,
        "issued_on": FIRST,
        "expires_on": LAST,
        "created_at": NOW,
        "created_by": STAFF,
    }
    return Attestation(**(values | changes))


def level(value: str, **changes: Any) -> Attestation:
    """A record of evidence."""
    return a_record(kind="evidence", value=value, **changes)


@pytest.mark.parametrize(
    ("on", "held"), [(FIRST - DAY, False), (FIRST, True), (LAST, True), (LAST + DAY, False)], ids=str
)
def test_a_record_holds_from_its_first_day_to_its_last(on: dt.date, held: bool) -> None:
    """Both included; evidence, certificate and consent alike."""
    assert (level_of([level("inspected")], (), on) == "inspected") is held
    assert (certificates_of((), [a_record()], FUJI, on) == ("green",)) is held
    consent = Consent(
        id=uuid4(), party_id=UUID(int=2), site_id=UUID(int=3), scope=("post",), valid_from=FIRST, valid_to=LAST,
        document_sha256="0" * 64, created_at=NOW, created_by=STAFF,
    )  # fmt: skip
    assert consent.allows("post", on) is held
    assert not consent.allows("amend", on)
    assert not consent.revoke(STAFF, NOW).allows("post", on)


def test_the_best_level_on_record_counts() -> None:
    """In the order of the ladder, whatever the order of the records; without any it is the poster's word."""
    records = [level("inspected"), level("laboratory"), level("county_recommended")]
    assert level_of(records, FUJI, FIRST) == "laboratory"
    assert level_of(records[:1], FUJI, FIRST) == "inspected"
    assert level_of([records[1].revoke(STAFF, NOW)], FUJI, FIRST) == "self_declared"
    assert level_of([], FUJI, FIRST) == "self_declared"
    assert level_of([a_record()], FUJI, FIRST) == "self_declared"


@pytest.mark.parametrize(
    ("product", "lineage", "covered"),
    [
        (None, ("apple",), True),
        ("apple", ("apple",), True),
        ("apple", FUJI, True),
        ("fuji-apple", ("apple",), False),
        ("potato", FUJI, False),
        ("apple", (), False),
        (None, (), True),
    ],
    ids=str,
)
def test_a_record_speaks_of_its_product_and_its_varieties(
    product: str | None, lineage: tuple[str, ...], covered: bool
) -> None:
    """Of all where it names none; of the party as a whole only where it names none."""
    assert (level_of([level("inspected", product=product)], lineage, FIRST) == "inspected") is covered
    assert (certificates_of((), [a_record(product=product)], lineage, FIRST) == ("green",)) is covered


def test_a_claim_outlives_no_record() -> None:
    """What is claimed stands on the poster's word until a record of that kind is over, and again with a new one."""
    claimed = ("green", "organic")
    expired = a_record(expires_on=FIRST)
    after = FIRST + DAY
    assert certificates_of(claimed, [], FUJI, after) == ("green", "organic")
    assert certificates_of(claimed, [expired], FUJI, FIRST) == ("green", "organic")
    assert certificates_of(claimed, [expired], FUJI, after) == ("organic",)
    assert certificates_of(claimed, [a_record().revoke(STAFF, NOW)], FUJI, FIRST) == ("organic",)
    assert certificates_of(claimed, [expired, a_record()], FUJI, after) == ("green", "organic")
    other = a_record(product="potato", expires_on=FIRST)
    assert certificates_of(claimed, [other], FUJI, after) == ("green", "organic")
    to_come = a_record(issued_on=after + DAY)
    assert certificates_of(claimed, [to_come], FUJI, after) == ("green", "organic")
    assert certificates_of((), [to_come], FUJI, after) == ()


def test_taking_back_twice_is_taking_back_once() -> None:
    """The first time and the first person stay on record."""
    revoked = a_record().revoke(STAFF, NOW)
    assert revoked.revoke(Actor(UUID(int=9), "admin"), NOW + DAY) is revoked
    assert (revoked.revoked_at, revoked.revoked_by) == (NOW, STAFF)
