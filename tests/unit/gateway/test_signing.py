"""Cursors and form tokens are taken back from the one they were given to, unchanged, and from nobody else."""

from __future__ import annotations

import base64

import pytest
from duijie_gateway.domain.keys import KEY_PREFIX, digest, is_key, new_key, new_token
from duijie_gateway.domain.signing import ForgedError, Signer

SIGNER = Signer("a secret of some length", "cursor")


def test_what_was_signed_is_opened() -> None:
    """With its exact numbers."""
    value = ["plan", 78.24999999999999, "0f8c1d3e"]
    assert SIGNER.open(SIGNER.sign(value, bound_to="me"), bound_to="me") == value


def test_another_caller_or_filter_cannot_open_it() -> None:
    """The binding is part of what is signed."""
    with pytest.raises(ForgedError):
        SIGNER.open(SIGNER.sign(1, bound_to="me"), bound_to="you")


def test_another_purpose_or_secret_cannot_open_it() -> None:
    """A cursor is no form token."""
    token = SIGNER.sign(1, bound_to="me")
    for other in (Signer("a secret of some length", "form"), Signer("another secret", "cursor")):
        with pytest.raises(ForgedError):
            other.open(token, bound_to="me")


def test_no_single_changed_byte_passes() -> None:
    """Neither in the signature nor in the value."""
    token = SIGNER.sign([1, 2], bound_to="me")
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for index in range(len(raw)):
        changed = raw.copy()
        changed[index] ^= 1
        with pytest.raises(ForgedError):
            SIGNER.open(base64.urlsafe_b64encode(changed).decode().rstrip("="), bound_to="me")


@pytest.mark.parametrize("text", ["", "a", "!!!", "é", "' OR 1=1 --", "A" * 900])
def test_what_was_never_signed_is_refused(text: str) -> None:
    """As forged, never as an error of another kind."""
    with pytest.raises(ForgedError):
        SIGNER.open(text, bound_to="me")


def test_keys_are_random_and_known_by_their_form() -> None:
    """43 characters hold the 32 bytes; one more or less is no key."""
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert key.startswith(KEY_PREFIX)
        assert is_key(key)
        assert not is_key(key[:-1])
        assert not is_key(key + "A")
    assert not is_key(new_token())


def test_only_digests_are_compared() -> None:
    """SHA-256 in hex, as the operator can compute it too."""
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
