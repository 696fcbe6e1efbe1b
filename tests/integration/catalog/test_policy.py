"""The policy is changed by staff: one version more, published with it, and all of them are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from duijie_shared.events.policy import Policy
from duijie_shared.policy_files import policy_toml

pytestmark = pytest.mark.database

KEY = UUID(int=7)
REASON = "冬季运价上调"


def put(catalog: Any, body: dict[str, Any], version: int = 1, key: str | None = None) -> Any:
    """A change of the policy by staff."""
    given = {"If-Match": f'"{version}"', "X-Role": "staff", "X-Key-Id": str(KEY), "X-Label": "desk"}
    given |= {"Idempotency-Key": key} if key else {}
    return catalog.client.put("/policy", json=body, headers=catalog.as_operator(**given))


def history(catalog: Any, headers: dict[str, str] | None = None, **params: Any) -> Any:
    """A page of the history."""
    found = catalog.client.get("/policy/history", params=params, headers=headers or catalog.as_operator())
    assert found.status_code == 200, found.text
    return found.json()


def test_a_change_is_one_version_more_and_published(catalog: Any) -> None:
    """The answer, what is in force and the record on the topic are the same; what is left out has its default."""
    first = put(catalog, {"reason": REASON, "tilt": {"bonus": 0.08}, "transport": {"frozen": 0.002}})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert first.json()["changes"] == [
        {"knob": "tilt.bonus", "old": 0.05, "new": 0.08},
        {"knob": "transport.frozen", "old": 0.0013, "new": 0.002},
    ]
    second = put(catalog, {"reason": REASON, "tilt": {"bonus": 0.08}}, 2).json()
    assert second["changes"] == [{"knob": "transport.frozen", "old": 0.002, "new": 0.0013}]
    assert catalog.client.get("/policy", headers=catalog.as_operator()).json() == second["policy"]
    published = [(row.topic, row.key, body) for row, body, _ in catalog.outbox()]
    assert published == [
        ("policy-v1", "policy", Policy.model_validate(answer["policy"])) for answer in (first.json(), second)
    ]


def test_the_same_content_changes_nothing(catalog: Any) -> None:
    """No version, no record; the answer says so."""
    answer = put(catalog, {"reason": REASON, "tilt": {"bonus": 0.05}})
    assert (answer.status_code, answer.json()["version"], answer.json()["changes"]) == (200, 1, [])
    assert catalog.outbox() == []
    assert [item["version"] for item in history(catalog)["items"]] == [1]


def test_the_file_of_the_match_command_is_taken(catalog: Any) -> None:
    """As TOML, with the reason beside it; the version in the file decides nothing."""
    content = policy_toml(Policy(version=9)).replace("detour = 1.3", "detour = 1.4")
    headers = catalog.as_operator(**{"If-Match": '"1"', "Content-Type": "application/toml"})
    url = "/policy?reason=longer"
    answer = catalog.client.put(url, content=content.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["policy"]["version"]) == (2, 2)
    assert answer.json()["changes"] == [{"knob": "transport.detour", "old": 1.3, "new": 1.4}]
    refused = catalog.client.put(url, content=b"[tilt\n", headers=headers | {"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "file")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tilt": {"bonus": 0.6}, "reason": "x"}, "tilt.bonus"),
        ({"tilt": {"bonos": 0.1}, "reason": "x"}, "tilt.bonos"),
        ({"tilt": {"floor": 1.1}, "reason": "x"}, "tilt.floor"),
        ({"tilt": {"floor_of": "weight"}, "reason": "x"}, "tilt.floor_of"),
        ({"tilt": {"designation": "cn-1"}, "reason": "x"}, "tilt.designation"),
        ({"tilt": {"bonus": 0.1}}, "reason"),
        ({"tilt": {"bonus": 0.1}, "reason": "  "}, "reason"),
        ({"tilt": {"bonus": 0.1}, "reason": 2.5}, "reason"),
        ({"tilt": {"bonus": 0.1}, "reason": "理" * 2001}, "reason"),
    ],
)
def test_refusals_name_the_setting_and_change_nothing(catalog: Any, body: dict[str, Any], field: str) -> None:
    """422 with the field, in both languages; neither a version nor a record."""
    answer = put(catalog, body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert all(error["zh"] and error["en"] for error in answer.json()["errors"])
    assert catalog.outbox() == []
    assert catalog.rows("SELECT version FROM policies") == [(1,)]


def test_the_longest_reason_is_taken(catalog: Any) -> None:
    """Two thousand characters of Chinese."""
    assert put(catalog, {"tilt": {"bonus": 0.1}, "reason": "理" * 2000}).status_code == 200


def test_a_version_must_be_seen_to_be_changed(catalog: Any) -> None:
    """Without If-Match 428, with an older one 412 and the version that stands."""
    body = {"tilt": {"bonus": 0.1}, "reason": REASON}
    assert catalog.client.put("/policy", json=body, headers=catalog.as_operator()).status_code == 428
    assert put(catalog, body).status_code == 200
    stale = put(catalog, body)
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')


def test_of_two_changes_at_once_one_wins(catalog: Any) -> None:
    """Eight at a time: one is stored and published, the others get 412."""
    bonuses = [0.1 + place / 100 for place in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda bonus: put(catalog, {"tilt": {"bonus": bonus}, "reason": REASON}), bonuses)
        )
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]
    (winner,) = (answer.json()["policy"] for answer in answers if answer.status_code == 200)
    assert [body for _, body, _ in catalog.outbox()] == [Policy.model_validate(winner)]
    assert catalog.rows("SELECT version FROM policies ORDER BY version") == [(1,), (2,)]


def test_a_repeated_request_gets_its_first_answer(catalog: Any) -> None:
    """Under its key, though the version has moved on since."""
    body = {"tilt": {"bonus": 0.1}, "reason": REASON}
    first, again = (put(catalog, body, key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert [item["version"] for item in history(catalog)["items"]] == [2, 1]


def test_history_keeps_all_newest_first(catalog: Any) -> None:
    """Who, when, why and what, page by page; a party sees neither label nor key."""
    for version in range(1, 6):
        put(catalog, {"tilt": {"bonus": version / 100}, "reason": f"理由 {version}"}, version)
    pages: list[list[int]] = []
    cursor = None
    while not pages or cursor:
        page = history(catalog, limit=2, **({"cursor": cursor} if cursor else {}))
        pages.append([item["version"] for item in page["items"]])
        cursor = page["next"]
    assert pages == [[6, 5], [4, 3], [2, 1]]
    newest, *_, oldest = history(catalog)["items"]
    assert newest == {
        "version": 6,
        "at": catalog.now.isoformat(),
        "by": {"role": "staff", "label": "desk", "key": str(KEY)},
        "reason": "理由 5",
        "changes": [{"knob": "tilt.bonus", "old": 0.04, "new": 0.05}],
    }
    assert (oldest["by"], oldest["reason"], oldest["changes"]) == (None, None, [])
    seen = history(catalog, catalog.as_party("p1"))["items"][0]
    assert (seen["by"], seen["reason"]) == ({"role": "staff", "label": None, "key": None}, "理由 5")


def test_every_version_can_be_read_whole(catalog: Any) -> None:
    """With its own values; what is no version answers 404."""
    put(catalog, {"tilt": {"bonus": 0.1}, "reason": REASON})
    read = [catalog.client.get(f"/policy/versions/{n}", headers=catalog.as_operator()) for n in (1, 2, 3)]
    assert [answer.status_code for answer in read] == [200, 200, 404]
    assert [answer.json()["policy"]["tilt"]["bonus"] for answer in read[:2]] == [0.05, 0.1]
    assert read[1].json()["changes"] == [{"knob": "tilt.bonus", "old": 0.05, "new": 0.1}]


def test_a_check_says_what_would_change_and_stores_nothing(catalog: Any) -> None:
    """Changes for what could be put, every refusal at once for what could not."""

    def check(body: dict[str, Any]) -> Any:
        answer = catalog.client.post("/policy/check", json=body, headers=catalog.as_operator())
        assert answer.status_code == 200
        return answer.json()

    good = check({"tilt": {"bonus": 0.1}})
    assert good == {
        "version": 1,
        "changes": [{"knob": "tilt.bonus", "old": 0.05, "new": 0.1}],
        "errors": [],
    }
    bad = check({"tilt": {"bonus": 2, "x": 1}, "y": {}})
    assert [error["field"] for error in bad["errors"]] == ["tilt.x", "y", "tilt.bonus"]
    assert bad["changes"] == []
    assert catalog.outbox() == []
    assert catalog.rows("SELECT version FROM policies") == [(1,)]


def test_parties_may_not_change_it(catalog: Any) -> None:
    """403 for a check and for a change."""
    headers = catalog.as_party("p1", **{"If-Match": '"1"'})
    body = {"tilt": {"bonus": 0.1}, "reason": REASON}
    assert catalog.client.put("/policy", json=body, headers=headers).status_code == 403
    assert catalog.client.post("/policy/check", json=body, headers=headers).status_code == 403
