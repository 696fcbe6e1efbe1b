"""Secrets, signatures and bodies of webhooks, held to the published vector and to the library that receivers use."""

from __future__ import annotations

import base64
import datetime as dt
import json
from uuid import UUID

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from duijie_gateway.domain.envelopes import CONTENT_TYPE, SOURCE, cloud_event, message_id, type_of
from duijie_gateway.webhooks.secrets import Seal, SealError, new_secret, signed_headers
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

ENDPOINT = UUID(int=5)


def test_the_specifications_vector_is_met() -> None:
    """Standard Webhooks 1.0, the example that its libraries are tested with."""
    body = '{"test": 2432232314}'
    at = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_of_the_size_that_the_standard_asks_and_never_given_twice() -> None:
    """24 to 64 bytes behind `whsec_`."""
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    for secret in made:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64


def test_during_a_rotation_either_secret_verifies_and_after_it_the_new_one_alone() -> None:
    """The library takes any signature of the list; what neither secret signed it refuses."""
    old, new, other = new_secret(), new_secret(), new_secret()
    now = dt.datetime.now(dt.UTC)
    both = signed_headers("msg_1", now, "{}", [new, old])
    for secret in (old, new):
        assert Webhook(secret).verify("{}", both) == {}
    after = signed_headers("msg_1", now, "{}", [new])
    for secret, headers in ((other, both), (old, after)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify("{}", headers)


def test_a_secret_is_sealed_under_the_first_key_and_opened_by_any() -> None:
    """So the key can be changed: the new one first, the old one behind it until nothing is sealed under it."""
    old, new = "the first key of the operator", "the second key of the operator"
    secret = new_secret()
    sealed = Seal(old).close(secret)
    assert secret not in sealed
    assert secret.removeprefix("whsec_") not in sealed
    assert Seal(old).close(secret) != sealed
    assert Seal(f"{new}, {old}").open(sealed) == secret
    resealed = Seal(f"{new},{old}").close(secret)
    assert Seal(new).open(resealed) == secret
    for wrong, text in ((new, sealed), (old, resealed), (old, sealed[:-4] + "AAAA"), (old, "")):
        with pytest.raises(SealError):
            Seal(wrong).open(text)


@pytest.mark.parametrize("keys", ["", " , ", "too short", "a key that is long enough,short"])
def test_a_key_that_could_be_guessed_is_refused_at_the_start(keys: str) -> None:
    """Each of the list has 16 characters at least."""
    with pytest.raises(ValueError, match="at least 16"):
        Seal(keys)


def test_an_id_is_the_same_for_a_change_and_an_endpoint_and_for_no_other() -> None:
    """In every attempt, every replay, every process."""
    assert message_id(ENDPOINT, 7) == message_id(UUID(int=5), 7)
    ids = {message_id(UUID(int=endpoint), sequence) for endpoint in range(20) for sequence in range(-20, 20)}
    assert len(ids) == 800
    assert message_id(ENDPOINT, 7) == "msg_58ff999e25915a2998e23c6be457dbcd"


def test_a_body_is_a_cloud_event_that_the_sdk_reads() -> None:
    """Version 1.0, structured, with the item as data and Chinese as it is."""
    time = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
    body = cloud_event("msg_1", type_of("offer"), "an-id", time, {"sequence": 7, "item": {"name": "土豆"}})
    event = from_http_event(HTTPMessage({"content-type": CONTENT_TYPE}, body.encode()))
    assert (event.get_id(), event.get_source(), event.get_type()) == ("msg_1", SOURCE, "duijie.feed.offer.v1")
    assert (event.get_subject(), event.get_specversion(), event.get_time()) == ("an-id", "1.0", time)
    assert event.get_data() == {"sequence": 7, "item": {"name": "土豆"}}
    assert "土豆" in body
    with pytest.raises(ValueError, match="not JSON compliant"):
        cloud_event("msg_1", "t", "s", time, {"score": float("nan")})
    assert json.loads(body)["datacontenttype"] == "application/json"
