"""Endpoint secrets: made, kept encrypted, used to sign (Standard Webhooks 1.0, `v1` signatures).

A secret must be had in clear to sign with, so it is encrypted (Fernet) under a key that is in the process's settings and not
in the database: a copy of the database alone signs nothing.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks.webhooks import Webhook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32
MIN_KEY = 16


class SealError(Exception):
    """What is stored was sealed under none of the keys at hand."""


class Seal:
    """Encrypts secrets under the first key of a setting and opens what any of its keys sealed."""

    def __init__(self, keys: str) -> None:
        texts = [part for part in (each.strip() for each in keys.split(",")) if part]
        if not texts or any(len(text) < MIN_KEY for text in texts):
            raise ValueError(f"a webhook key has at least {MIN_KEY} characters")
        self._fernet = MultiFernet([Fernet(_derived(text)) for text in texts])

    def close(self, secret: str) -> str:
        """What is stored of a secret."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret. Raises `SealError`."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealError("sealed under another key") from None


def new_secret() -> str:
    """A fresh secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(id_: str, now: dt.datetime, body: str, secrets_in_force: Sequence[str]) -> dict[str, str]:
    """The three headers of an attempt, with a signature by each secret in force. `now` is in UTC."""
    signatures = [Webhook(secret).sign(id_, now, body) for secret in secrets_in_force]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _derived(text: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"duijie webhook secrets").derive(text.encode())
    return base64.urlsafe_b64encode(derived)
