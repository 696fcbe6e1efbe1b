"""Staff who log in by name and password: made, logged in, throttled, given new passwords, removed."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from argon2 import PasswordHasher
from duijie_gateway.limiting import PASSWORDS_PER_USER
from gateway_served import ADMIN_KEY, Gateway, read_events
from sqlalchemy import select
from sqlmodel import SQLModel

pytestmark = pytest.mark.database

PASSWORD = "eleven blue tractors"
OTHER = "twelve green tractors"
USER = {"name": "Li.Na", "role": "staff", "county": "530000", "password": PASSWORD}


def made(gateway: Gateway, **changes: Any) -> dict[str, Any]:
    """A user, by the API."""
    with gateway.client() as admin:
        answer = admin.post("/v1/users", json=USER | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def tried(client: httpx.Client, name: str = "li.na", password: str = PASSWORD) -> httpx.Response:
    """One log-in."""
    return client.post("/v1/session", json={"name": name, "password": password})


def stored(gateway: Gateway, table: str) -> str:
    """All rows of a table as text."""
    with gateway.engine.connect() as connection:
        return str(connection.execute(select(SQLModel.metadata.tables[table])).all())


def test_a_user_logs_in_with_the_rights_it_was_given(gateway: Gateway) -> None:
    """In whatever case the name is written; the hash is argon2id, and the password is nowhere."""
    user = made(gateway)
    assert (user["name"], user["role"], user["county"]) == ("li.na", "staff", "530000")
    with gateway.client(None) as browser:
        begun = tried(browser, "LI.NA ")
        assert begun.status_code == 201, begun.text
        assert begun.json() == browser.get("/v1/session").json()
        assert (begun.json()["key_id"], begun.json()["county"]) == (user["key_id"], "530000")
        assert browser.get("/v1/matches").status_code == 200
        assert browser.get("/v1/users").status_code == 403
    with gateway.client() as admin:
        listed = admin.get("/v1/users")
        assert listed.json()["items"] == [user]
        assert PASSWORD not in listed.text
        assert "argon2" not in listed.text
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in stored(gateway, "users")
    for table in ("users", "api_keys", "sessions", "audit"):
        assert PASSWORD not in stored(gateway, table)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(gateway: Gateway) -> None:
    """The same status and words, no cookie, and nothing sent is repeated; nor for a removed user."""
    made(gateway)
    gone = made(gateway, name="gone")
    with gateway.client() as admin:
        assert admin.delete(f"/v1/users/{gone['id']}").status_code == 204
    with gateway.client(None) as browser:
        answers = [
            tried(browser, password=OTHER),
            tried(browser, "nobody"),
            tried(browser, "gone"),
            tried(browser, " "),
        ]
        assert [answer.status_code for answer in answers] == [401] * 4
        assert len({answer.text for answer in answers}) == 1
        assert not browser.cookies
        both = {"name": "li.na", "password": PASSWORD, "key": ADMIN_KEY.secret}
        for wrong in (
            both,
            {"name": "li.na"},
            {"password": PASSWORD},
            {"name": "li.na", "password": [PASSWORD]},
        ):
            refused = browser.post("/v1/session", json=wrong)
            assert refused.status_code == 422, wrong
            assert PASSWORD not in refused.text
            assert ADMIN_KEY.secret not in refused.text


def test_guessing_is_throttled_by_name_whether_anybody_has_it_or_not(gateway: Gateway) -> None:
    """The right password helps no more then; another name is free. A success forgets what was tried before."""
    made(gateway)
    made(gateway, name="other")
    most = PASSWORDS_PER_USER.amount
    with gateway.client(None) as browser:
        for name in ("other", "other", "li.na", "nobody"):
            answers = [tried(browser, name, OTHER) for _ in range(most - 1)]
            assert {answer.status_code for answer in answers} == {401}, name
            if name == "other":
                assert tried(browser, name).status_code == 201
                continue
            assert tried(browser, name, OTHER).status_code == 401
            tried(browser, name, OTHER)  # a sliding counter may let one more in as its window turns
            refused = tried(browser, name)
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 900
        assert tried(browser, "other").status_code == 201


def test_a_new_password_ends_sessions_and_open_streams(gateway: Gateway) -> None:
    """The old one logs nobody in any more, the new one does; and a removal ends them too."""
    user = made(gateway)
    address = f"/v1/users/{user['id']}"
    with gateway.client() as admin, gateway.client(None) as browser:
        for password, method, body in ((PASSWORD, "PATCH", {"password": OTHER}), (OTHER, "DELETE", None)):
            assert tried(browser, password=password).status_code == 201
            with browser.stream("GET", "/v1/matches/stream") as response:
                events = read_events(response)
                assert admin.request(method, address, json=body).is_success
                ended = next(events)
            assert (ended.name, ended.data) == ("end", {"reason": "revoked"})
            assert browser.get("/v1/session").status_code == 401
            assert tried(browser, password=password).status_code == 401
        assert admin.delete(f"/v1/users/{user['id']}").status_code == 404
        assert admin.patch(f"/v1/users/{user['id']}", json={"password": OTHER}).status_code == 404
        assert made(gateway)["key_id"] != user["key_id"], "the name is free again"


def test_a_user_cannot_log_in_with_a_revoked_key_and_the_key_is_never_shown(gateway: Gateway) -> None:
    """The key that stands for a user is revoked like any other, and is not replaced by one that somebody knows."""
    user = made(gateway)
    with gateway.client() as admin, gateway.client(None) as browser:
        assert admin.post(f"/v1/keys/{user['key_id']}/rotate", json={}).status_code == 404
        assert tried(browser).status_code == 201
        assert admin.delete(f"/v1/keys/{user['key_id']}").status_code == 204
        assert browser.get("/v1/session").status_code == 401
        assert tried(browser).status_code == 401


def test_a_hash_of_other_parameters_is_renewed_at_log_in(gateway: Gateway) -> None:
    """By the right password alone."""
    made(gateway)
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    with gateway.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET hash = %s", (weak,))
    with gateway.client(None) as browser:
        assert tried(browser, password=OTHER).status_code == 401
        assert weak in stored(gateway, "users")
        assert tried(browser).status_code == 201
        assert "m=19456,t=2,p=1" in stored(gateway, "users")
        assert tried(browser).status_code == 201


REFUSED: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"name": ""}, "name", "malformed"),
    ({"name": "li na"}, "name", "malformed"),
    ({"role": "producer"}, "role", "malformed"),
    ({"county": "999999"}, "county", "unknown-county"),
    ({"password": "k7#vQ!2mZp0"}, "password", "password-length"),
    ({"password": "x7#vQ!2mZp0" * 12}, "password", "password-length"),
    ({"password": "password12345"}, "password", "password-common"),
    ({"name": "wang.xiaoming", "password": "Wang.Xiaoming"}, "password", "password-common"),
    ({"key": "x"}, "key", "malformed"),
)


def test_what_is_no_user_is_refused_by_field(gateway: Gateway) -> None:
    """Without what was sent as the password, and nobody is made; a taken name is 409 in any case of letters."""
    with gateway.client() as admin:
        for change, field, code in REFUSED:
            refused = admin.post("/v1/users", json=USER | change)
            assert refused.status_code == 422, change
            assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(field, code)]
            assert (USER | change)["password"] not in refused.text
        assert admin.get("/v1/users").json()["items"] == []
        user = made(gateway)
        assert admin.post("/v1/users", json=USER | {"name": "LI.NA"}).status_code == 409
        assert len(admin.get("/v1/keys").json()["items"]) == 2, "no key is left behind"
        weak = admin.patch(f"/v1/users/{user['id']}", json={"password": "li.na" + "1" * 8})
        assert [e["code"] for e in weak.json()["errors"]] == ["password-common"]


def test_users_and_log_ins_are_on_record_without_names_and_passwords(gateway: Gateway) -> None:
    """Who did it: the key that stands for the user once logged in, nobody where it failed."""
    user = made(gateway)
    with gateway.client() as admin, gateway.client(None) as browser:
        tried(browser, password=OTHER)
        tried(browser)
        browser.get("/v1/keys")
        admin.patch(f"/v1/users/{user['id']}", json={"password": OTHER})
        admin.delete(f"/v1/users/{user['id']}")
        page = admin.get("/v1/audit").json()["items"]
        text = admin.get("/v1/audit/lines").text
    root = page[0]["actor"]
    assert UUID(root)
    assert [(item["action"], item["status"], item["actor"]) for item in page] == [
        ("make-user", 201, root),
        ("log-in", 401, None),
        ("log-in", 201, user["key_id"]),
        ("refused", 403, user["key_id"]),
        ("set-password", 200, root),
        ("remove-user", 204, root),
    ]
    for secret in (PASSWORD, OTHER, "argon2", "li.na"):
        assert secret not in text


def test_the_page_logs_in_by_name_with_its_token_alone(gateway: Gateway) -> None:
    """Another site's form is refused; a wrong password shows the form again, without what was sent."""
    made(gateway)
    with gateway.client(None, follow_redirects=True, headers={"Accept": "text/html"}) as browser:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/login").text)
        assert token is not None
        form = {"name": "Li.Na", "key": PASSWORD, "csrf": token[1]}
        assert browser.post("/login", data=form | {"csrf": ""}).status_code == 403
        foreign = browser.post("/login", data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
        wrong = browser.post("/login", data=form | {"key": OTHER})
        assert wrong.status_code == 401
        assert "名称或口令不正确" in wrong.text
        assert OTHER not in wrong.text
        assert browser.post("/login", data=form).url.path == "/"
