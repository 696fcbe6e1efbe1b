"""Secrets made at the first start of a data folder and kept there."""

import hashlib
import secrets
from dataclasses import asdict, dataclass, fields

from duijie_local.stack import files
from duijie_local.stack.data_dir import DataDir

KEY_PREFIX = "dj_"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """The first admin key, the token between gateway and catalog, the key that signs the pages' cookies, and the one
    that the secrets of webhooks are encrypted under.
    """

    admin_key: str
    internal_token: str
    session_secret: str
    webhook_key: str

    @property
    def admin_key_sha256(self) -> str:
        """What the gateway stores of the admin key."""
        return hashlib.sha256(self.admin_key.encode()).hexdigest()


def ensure_secrets(data: DataDir) -> Secrets:
    """Read the folder's secrets, making them on the first start, and those that a release before did not know."""
    known = files.read(data.secrets_file) or {}
    fresh = {field.name: secrets.token_urlsafe(_BYTES) for field in fields(Secrets)}
    fresh["admin_key"] = KEY_PREFIX + fresh["admin_key"]
    found = Secrets(**(fresh | known))
    if asdict(found) != known:
        files.write_private(data.secrets_file, asdict(found))
    return found
