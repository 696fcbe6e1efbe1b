"""Refusals of every kind leave as problem+json in both languages; a bug says nothing of itself."""

from __future__ import annotations

import pytest
from duijie_shared.service.errors import FieldError, Refusal, not_found, unavailable, unprocessable
from duijie_shared.service.web import install_problem_handlers, probe_router
from fastapi import FastAPI
from fastapi.testclient import TestClient


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    install_problem_handlers(app)
    state: dict[str, object] = {"ready": False, "outbox_pending": 3}

    async def ready() -> dict[str, object]:
        return state

    app.include_router(probe_router(ready))

    @app.get("/refuse/{what}")
    async def refuse(what: str) -> None:
        raise {
            "missing": not_found(),
            "away": unavailable(7),
            "fields": unprocessable([FieldError("quantity", "too-small", "必须大于 0", "must be above 0")]),
            "key": Refusal(
                401, "no-key", "需要密钥", "A key is needed", headers={"WWW-Authenticate": "Bearer"}
            ),
        }[what]

    @app.get("/number/{n}")
    async def number(n: int) -> int:
        return n

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("secret detail")

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [("missing", 404, "not-found"), ("away", 503, "unavailable"), ("key", 401, "no-key")],
)
def test_a_refusal_is_a_problem_document(client: TestClient, what: str, status: int, code: str) -> None:
    """RFC 9457, with the sentence in both languages."""
    answer = client.get(f"/refuse/{what}")
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["code"], body["type"], body["title"]) == (code, f"urn:duijie:problem:{code}", body["en"])
    assert body["zh"]
    assert "errors" not in body


def test_headers_of_a_refusal_go_out_with_it(client: TestClient) -> None:
    """Retry-After and WWW-Authenticate."""
    assert client.get("/refuse/away").headers["Retry-After"] == "7"
    assert client.get("/refuse/key").headers["WWW-Authenticate"] == "Bearer"


def test_refused_fields_are_named(client: TestClient) -> None:
    """Field, code and both sentences of each."""
    answer = client.get("/refuse/fields")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "quantity", "code": "too-small", "zh": "必须大于 0", "en": "must be above 0"}
    ]


def test_what_the_framework_refuses_looks_the_same(client: TestClient) -> None:
    """A malformed path, an unknown address, another method."""
    malformed = client.get("/number/x")
    assert (malformed.status_code, malformed.json()["errors"][0]["field"]) == (422, "n")
    assert malformed.headers["content-type"] == "application/problem+json"
    assert client.get("/nowhere").json()["code"] == "not-found"
    assert client.delete("/bug").json()["code"] == "method-not-allowed"


def test_a_bug_is_500_and_tells_nothing(client: TestClient) -> None:
    """The log has the trace; the answer has not."""
    answer = client.get("/bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


def test_probes_of_an_api_process(client: TestClient) -> None:
    """As those of a process without an API."""
    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").json()["outbox_pending"]) == (503, 3)
    assert client.get("/metrics").text.startswith("# HELP")
