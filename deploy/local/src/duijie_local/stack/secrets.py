"""Secrets made at the first start of a data folder and kept there."""

import hashlib
import secrets
from dataclasses import asdict, dataclass

from duijie_local.stack import files
from duijie_local.stack.data_dir import DataDir

KEY_PREFIX = "dj_"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """The first admin key, the token between gateway and catalog, the key that signs the pages' cookies."""

    admin_key: str
    internal_token: str
    session_secret: str

    @property
    def admin_key_sha256(self) -> str:
        """What the gateway stores of the admin key."""
        return hashlib.sha256(self.admin_key.encode()).hexdigest()


def ensure_secrets(data: DataDir) -> Secrets:
    """Read the folder's secrets, making them on the first start."""
    known = files.read(data.secrets_file)
    if known is not None:
        return Secrets(**known)
    made = Secrets(
        admin_key=KEY_PREFIX + secrets.token_urlsafe(_BYTES),
        internal_token=secrets.token_urlsafe(_BYTES),
        session_secret=secrets.token_urlsafe(_BYTES),
    )
    files.write_private(data.secrets_file, asdict(made))
    return made
