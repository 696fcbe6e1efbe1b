"""Service sites act for producers, under a recorded consent and on its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]

OFFERS = "/orders/offers"


def enter(catalog: Any, row_key: str, kind: str) -> str:
    """A party of a kind; its id."""
    body = {"row_key": row_key, "name": f"主体 {row_key}", "kind": kind, "county": "520526"}
    made = catalog.client.post("/parties", json=body, headers=catalog.as_operator())
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def as_(catalog: Any, party: str, role: str, **headers: str) -> dict[str, str]:
    """Headers of a party's request."""
    found: dict[str, str] = catalog.as_operator(**{"X-Role": role, "X-Party-Id": party}, **headers)
    return found


@pytest.fixture
def producer(catalog: Any) -> str:
    """A producer's id."""
    return enter(catalog, "producer", "producer")


@pytest.fixture
def site(catalog: Any) -> str:
    """A service site's id."""
    return enter(catalog, "site", "site")


def consent(site: str, **changes: object) -> dict[str, object]:
    """The body of a consent for December."""
    return {
        "site": site, "scope": ["post", "amend", "withdraw"], "valid_from": "2026-12-01",
        "valid_to": "2026-12-31", "document_sha256": "b" * 64,
    } | changes  # fmt: skip


def given(catalog: Any, producer: str, site: str, **changes: object) -> str:
    """A consent that the producer gives; its id."""
    made = catalog.client.post(
        f"/parties/{producer}/consents",
        json=consent(site, **changes),
        headers=as_(catalog, producer, "producer"),
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def at(catalog: Any, day: str, hour: int = 12) -> None:
    """Set the clock, in Shanghai."""
    catalog.now = dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00").astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("day", "hour", "status"),
    [("2026-11-30", 23, 403), ("2026-12-01", 0, 201), ("2026-12-31", 23, 201), ("2027-01-01", 0, 403)],
)
def test_a_site_posts_for_a_producer_on_the_days_of_its_consent(
    catalog: Any, an_offer: Body, producer: str, site: str, day: str, hour: int, status: int
) -> None:
    """First and last day included; the offer is the producer's, and says who posted it."""
    given(catalog, producer, site)
    at(catalog, day, hour)
    body = an_offer(on_behalf_of=producer)
    answer = catalog.client.post(OFFERS, json=body, headers=as_(catalog, site, "site"))
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "no-consent"
        return
    assert (answer.json()["party"], answer.json()["posted_by"]) == (producer, site)
    assert str(catalog.outbox()[-1][1].party_id) == producer
    read = catalog.client.get(answer.headers["location"], headers=as_(catalog, producer, "producer"))
    assert read.json() == answer.json()


def test_the_site_works_on_what_it_posted_while_the_consent_stands(
    catalog: Any, an_offer: Body, producer: str, site: str
) -> None:
    """Reads, lists, amends and withdraws it; the day after, and once it is revoked, it is not there for the site."""
    id_ = given(catalog, producer, site)
    at(catalog, "2026-12-31")
    mine = as_(catalog, site, "site")
    made = [
        catalog.client.post(OFFERS, json=an_offer(on_behalf_of=producer, reserve_price=1500), headers=mine)
        for _ in range(2)
    ]
    url, other = (answer.headers["location"] for answer in made)
    amended = catalog.client.patch(url, json={"quantity": 20}, headers=mine | {"If-Match": '"1"'})
    assert (amended.status_code, amended.json()["quantity"], amended.json()["reserve_price"]) == (
        200,
        20,
        1500,
    )
    listed = catalog.client.get(OFFERS, headers=mine).json()["items"]
    assert [item["id"] for item in listed] == [answer.json()["id"] for answer in made]
    withdrawn = catalog.client.delete(url, headers=mine | {"If-Match": '"2"'})
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    for end in ("expiry", "revocation"):
        if end == "expiry":
            at(catalog, "2027-01-01")
        else:
            at(catalog, "2026-12-31")
            gone = catalog.client.delete(
                f"/parties/{producer}/consents/{id_}", headers=as_(catalog, producer, "producer")
            )
            assert gone.json()["revoked_at"]
        answers = [
            catalog.client.get(other, headers=mine),
            catalog.client.patch(other, json={"quantity": 1}, headers=mine | {"If-Match": '"1"'}),
            catalog.client.delete(other, headers=mine | {"If-Match": '"1"'}),
        ]
        assert [answer.status_code for answer in answers] == [404] * 3, end
        assert catalog.client.get(OFFERS, headers=mine).json()["items"] == []
    assert catalog.client.get(other, headers=as_(catalog, producer, "producer")).json()["status"] == "open"


def test_a_consent_allows_what_it_names_and_nothing_else(
    catalog: Any, an_offer: Body, producer: str, site: str
) -> None:
    """A consent to post alone amends and withdraws nothing, and shows nothing that the producer posted itself."""
    given(catalog, producer, site, scope=["post"])
    at(catalog, "2026-12-05")
    mine, theirs = as_(catalog, site, "site"), as_(catalog, producer, "producer")
    url = catalog.client.post(OFFERS, json=an_offer(on_behalf_of=producer), headers=mine).headers["location"]
    answers = [
        catalog.client.patch(url, json={"quantity": 1}, headers=mine | {"If-Match": '"1"'}),
        catalog.client.delete(url, headers=mine | {"If-Match": '"1"'}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "no-consent")] * 2
    own = catalog.client.post(OFFERS, json=an_offer(), headers=theirs).headers["location"]
    assert catalog.client.get(own, headers=mine).status_code == 404
    assert (
        catalog.client.get(url, headers=as_(catalog, enter(catalog, "s2", "site"), "site")).status_code == 404
    )


def test_nobody_posts_for_another_without_consent(
    catalog: Any, an_offer: Body, producer: str, site: str
) -> None:
    """Whether the party exists or not; another site's consent is no use; demands know no such field."""
    given(catalog, producer, site)
    at(catalog, "2026-12-05")
    other = as_(catalog, enter(catalog, "other", "site"), "site")
    answers = [
        catalog.client.post(OFFERS, json=an_offer(on_behalf_of=behalf), headers=other)
        for behalf in (producer, site, str(uuid4()))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
    odd = catalog.client.post(OFFERS, json=an_offer(on_behalf_of="producer"), headers=other)
    assert [(each["field"], each["code"]) for each in odd.json()["errors"]] == [("on_behalf_of", "not-an-id")]
    demand = {"product": "土豆", "quantity": 3, "unit": "t", "county": "310115", "needed_from": "2026-12-25",
              "needed_to": "2027-01-20", "on_behalf_of": producer}  # fmt: skip
    refused = catalog.client.post("/orders/demands", json=demand, headers=as_(catalog, site, "site"))
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("on_behalf_of", "unknown")
    ]


@pytest.mark.parametrize("suspended", ["producer", "site"])
def test_neither_side_of_a_consent_trades_while_suspended(
    catalog: Any, an_offer: Body, producer: str, site: str, suspended: str
) -> None:
    """A suspended site posts and amends for nobody, and nobody for a suspended producer; withdrawing stays possible."""
    given(catalog, producer, site)
    at(catalog, "2026-12-05")
    mine = as_(catalog, site, "site")
    url = catalog.client.post(OFFERS, json=an_offer(on_behalf_of=producer), headers=mine).headers["location"]
    id_ = producer if suspended == "producer" else site
    done = catalog.client.post(
        f"/parties/{id_}/verification",
        json={"action": "suspend", "reasons": ["complaint"]},
        headers=catalog.as_operator(**{"If-Match": '"1"'}),
    )
    assert done.status_code == 200, done.text
    seen = mine | {"If-Match": catalog.client.get(url, headers=mine).headers["etag"]}
    answers = [
        catalog.client.post(OFFERS, json=an_offer(on_behalf_of=producer), headers=mine),
        catalog.client.patch(url, json={"quantity": 1}, headers=seen),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "party-not-approved")] * 2
    assert catalog.client.delete(url, headers=seen).status_code == 200


def test_who_may_give_a_consent_and_who_may_take_it_back(catalog: Any, producer: str, site: str) -> None:
    """The producer or staff of its area give it, never the site; the site may give it up; both see it."""
    url, body = f"/parties/{producer}/consents", consent(site)
    here, elsewhere = (
        catalog.as_operator(**{"X-Role": "staff", "X-County": county}) for county in ("520500", "610822")
    )
    mine, theirs = as_(catalog, site, "site"), as_(catalog, producer, "producer")
    assert catalog.client.post(url, json=body, headers=mine).status_code == 404
    assert catalog.client.post(url, json=body, headers=elsewhere).status_code == 403
    made = catalog.client.post(url, json=body, headers=here)
    assert made.status_code == 201
    for party, headers in ((producer, theirs), (site, mine)):
        seen = catalog.client.get(f"/parties/{party}/consents", headers=headers).json()["items"]
        assert seen == [made.json()]
    stranger = as_(catalog, enter(catalog, "s2", "site"), "site")
    assert catalog.client.get(url, headers=stranger).status_code == 404
    gone = catalog.client.delete(f"/parties/{site}/consents/{made.json()['id']}", headers=mine)
    assert (gone.status_code, gone.json()["id"]) == (200, made.json()["id"])
    again = catalog.client.delete(f"{url}/{made.json()['id']}", headers=theirs)
    assert again.json() == gone.json()
    assert catalog.client.delete(f"{url}/{uuid4()}", headers=theirs).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"site": None}, "site", "required"),
        ({"site": str(uuid4())}, "site", "not-a-site"),
        ({"site": "s"}, "site", "not-an-id"),
        ({"scope": []}, "scope", "required"),
        ({"scope": ["sell"]}, "scope", "not-an-option"),
        ({"valid_to": "2026-11-30"}, "valid_to", "window-reversed"),
        ({"valid_from": "2026-01-01", "valid_to": "2026-11-22"}, "valid_to", "window-over"),
        ({"document_sha256": "B" * 63}, "document_sha256", "not-a-digest"),
        ({"party": "x"}, "party", "unknown"),
    ],
    ids=str,
)
def test_a_consent_that_is_written_wrongly_names_the_field(
    catalog: Any, producer: str, site: str, changes: dict[str, object], field: str, code: str
) -> None:
    """422 in both languages."""
    refused = catalog.client.post(
        f"/parties/{producer}/consents",
        json=consent(site) | changes,
        headers=as_(catalog, producer, "producer"),
    )
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(field, code)]
    assert all(each["zh"] and each["en"] for each in refused.json()["errors"])


def test_only_a_producer_lets_a_site_act_for_it(catalog: Any, site: str) -> None:
    """409 for a buyer."""
    buyer = enter(catalog, "buyer", "buyer")
    refused = catalog.client.post(
        f"/parties/{buyer}/consents", json=consent(site), headers=catalog.as_operator()
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-producer")
