"""API keys and session tokens: made from the system's randomness, kept as digests only.

A token has 256 bits of entropy, so a plain SHA-256 is enough: there is no dictionary to try.
"""

from __future__ import annotations

import hashlib
import re
import secrets

KEY_PREFIX = "dj_"
KEYS_CHANGED = "duijie_keys"
"""The channel on which a revocation wakes open streams."""
_KEY = re.compile(r"dj_[A-Za-z0-9_-]{43}")


def new_key() -> str:
    """A fresh API key: `dj_` and 32 random bytes in URL-safe base64."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_token() -> str:
    """A fresh session token."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a key or token: SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_key(text: str) -> bool:
    """Whether `text` has the form of a key; anything else needs no look-up."""
    return _KEY.fullmatch(text) is not None
