"""Signed cursors and form tokens: what the gateway hands out and must recognise as its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json

MAC_BYTES = 16


class ForgedError(Exception):
    """The text was not made here, or for another caller or another filter."""


class Signer:
    """Signs small JSON values. `purpose` separates keys, so that a cursor never passes for a form token."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)

    def sign(self, value: object, *, bound_to: str) -> str:
        """An opaque URL-safe text that `open` takes back for the same `bound_to` alone."""
        payload = json.dumps(value, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(payload, bound_to) + payload).rstrip(b"=").decode()

    def open(self, text: str, *, bound_to: str) -> object:
        """The value that was signed. Raises `ForgedError`."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (binascii.Error, UnicodeEncodeError) as error:
            raise ForgedError from error
        mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, bound_to)):
            raise ForgedError
        value: object = json.loads(payload)
        return value

    def _mac(self, payload: bytes, bound_to: str) -> bytes:
        return hmac.digest(self._key, bound_to.encode() + b"\0" + payload, hashlib.sha256)[:MAC_BYTES]
