"""The policy through the public door: read by all, changed by staff of the whole country, as JSON or as its file."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from duijie_shared.events.policy import Policy
from duijie_shared.policy_files import policy_of_toml
from duijie_shared.policy_knobs import KNOBS
from gateway_description import description, validate
from gateway_served import Gateway

pytestmark = pytest.mark.database

TOML = {"Content-Type": "application/toml"}
PREFERRED = Policy().tilt.designation


def test_the_file_goes_out_and_comes_back(whole_gateway: Gateway) -> None:
    """Downloaded by either way, changed, checked and put: the history tells who, why and what."""
    staff = whole_gateway.key("staff")
    with whole_gateway.client(staff) as client:
        file = client.get("/v1/policy", params={"format": "toml"})
        assert file.headers["content-type"] == "application/toml"
        assert file.headers["content-disposition"] == 'attachment; filename="duijie-policy-1.toml"'
        assert client.get("/v1/policy", headers={"Accept": "application/toml"}).content == file.content
        assert policy_of_toml(file.content, [PREFERRED]) == Policy()
        held = {"If-None-Match": file.headers["etag"]}
        assert client.get("/v1/policy", params={"format": "toml"}, headers=held).status_code == 304
        assert client.get("/v1/policy", headers=held).status_code == 200

        content = file.content.replace(b"\nbonus = 0.05\n", b"\nbonus = 0.08\n")
        checked = client.post("/v1/policy/check", content=content, headers=TOML)
        changed = [{"knob": "tilt.bonus", "old": 0.05, "new": 0.08}]
        assert checked.json() == {"version": 1, "changes": changed, "errors": []}
        conditions = TOML | {"If-Match": '"1"', "Idempotency-Key": "once"}
        first, again = (
            client.put("/v1/policy", params={"reason": "试点"}, content=content, headers=conditions)
            for _ in range(2)
        )
        assert (first.status_code, first.headers["etag"], first.json()["changes"]) == (200, '"2"', changed)
        assert again.content == first.content
        newest, seeded = client.get("/v1/policy/history").json()["items"]
        assert newest["by"] == {"role": "staff", "label": "staff", "key": str(staff.id)}
        assert (newest["reason"], newest["changes"], seeded["by"]) == ("试点", changed, None)
    with whole_gateway.client(whole_gateway.key("carrier")) as party:
        assert party.get("/v1/policy").json()["tilt"]["bonus"] == 0.08
        (newest, _) = party.get("/v1/policy/history").json()["items"]
        assert newest["by"] == {"role": "staff", "label": None, "key": None}


def test_staff_of_an_area_may_read_and_not_change(whole_gateway: Gateway) -> None:
    """403 for them where staff of the whole country get in."""
    body = {"tilt": {"bonus": 0.1}, "reason": "x"}
    for county, status in (("530000", 403), (None, 200)):
        with whole_gateway.client(whole_gateway.key("staff", county=county)) as client:
            assert client.post("/v1/policy/check", json=body).status_code == status
            answer = client.put("/v1/policy", json=body, headers={"If-Match": '"1"'})
            assert answer.status_code == status
            assert client.get("/v1/policy/history").status_code == 200


def test_history_is_paged(whole_gateway: Gateway) -> None:
    """Newest first, by cursor; a cursor of another list is refused."""
    with whole_gateway.client() as admin:
        for version in (1, 2):
            body = {"tilt": {"bonus": version / 10}, "reason": "x"}
            assert admin.put("/v1/policy", json=body, headers={"If-Match": f'"{version}"'}).status_code == 200
        first = admin.get("/v1/policy/history", params={"limit": 2}).json()
        rest = admin.get("/v1/policy/history", params={"limit": 2, "cursor": first["next"]}).json()
        assert [item["version"] for item in first["items"] + rest["items"]] == [3, 2, 1]
        assert rest["next"] is None
        assert admin.get("/v1/imports", params={"cursor": first["next"]}).status_code == 422


def test_answers_are_as_described(whole_gateway: Gateway) -> None:
    """Every route, what it takes and what it refuses; the knobs are those of the code."""
    document = description(whole_gateway)
    with whole_gateway.client() as admin:
        assert admin.get("/v1/policy/knobs").json() == {"items": [knob.shown() for knob in KNOBS]}
        schema = document["paths"]["/v1/policy"]["put"]["requestBody"]["content"]["application/json"][
            "schema"
        ]
        example = {name: field["examples"][0] for name, field in schema["properties"].items()}
        match = {"If-Match": '"1"'}
        answers: list[tuple[str, str, httpx.Response]] = [
            ("get", "/v1/policy", admin.get("/v1/policy")),
            ("get", "/v1/policy/knobs", admin.get("/v1/policy/knobs")),
            ("post", "/v1/policy/check", admin.post("/v1/policy/check", json=example | {"tilt": {"x": 1}})),
            ("put", "/v1/policy", admin.put("/v1/policy", json=example)),
            ("put", "/v1/policy", admin.put("/v1/policy", json={"tilt": {"bonus": 1}}, headers=match)),
            ("put", "/v1/policy", admin.put("/v1/policy", json=example, headers=match)),
            ("put", "/v1/policy", admin.put("/v1/policy", json=example, headers=match)),
            ("get", "/v1/policy/history", admin.get("/v1/policy/history")),
            ("get", "/v1/policy/versions/{version}", admin.get("/v1/policy/versions/2")),
            ("get", "/v1/policy/versions/{version}", admin.get("/v1/policy/versions/3")),
        ]
    statuses = [answer.status_code for _, _, answer in answers]
    assert statuses == [200, 200, 200, 428, 422, 200, 412, 200, 200, 404]
    for method, path, answer in answers:
        described: dict[str, Any] = document["paths"][path][method]["responses"][str(answer.status_code)]
        content_type = answer.headers["content-type"]
        validate(document, described["content"][content_type]["schema"], answer.json(), f"{method} {path}")
