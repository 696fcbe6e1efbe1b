"""The gateway's API as the command line uses it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from duijie_local.stack.state import Stack

TIMEOUT_SECONDS = 60.0
FILE_SECONDS = 600.0
POLL_SECONDS = 0.2
_AWAY = {httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE}
_AWAY_SECONDS = 60.0
_TOML = {"Content-Type": "application/toml"}


class GatewayRefusedError(Exception):
    """The gateway's problem document, or what it said instead of one."""

    def __init__(self, response: httpx.Response) -> None:
        """Read the problem out of `response`."""
        self.status = response.status_code
        try:
            document = response.json()
        except ValueError:
            document = {}
        self.problem: dict[str, Any] = document if isinstance(document, dict) else {}
        self.zh = str(self.problem.get("zh", response.text[:500]))
        self.en = str(self.problem.get("en", response.text[:500]))
        super().__init__(f"{self.zh} · {self.en}")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Refused fields as `{field, code, zh, en}`."""
        return list(self.problem.get("errors", ()))


class GatewayAwayError(Exception):
    """The gateway does not answer."""

    def __init__(self, address: httpx.URL) -> None:
        """Name the address that does not answer."""
        super().__init__(f"{address} 没有应答 · {address} does not answer")


class Gateway:
    """A client of the running stack with the key `key` (default: the operator's admin key)."""

    def __init__(self, stack: Stack, key: str | None = None) -> None:
        """Connect to `stack`; proxies set in the environment are not asked for a loopback address."""
        self._client = httpx.Client(
            base_url=stack.gateway,
            headers={"Authorization": f"Bearer {stack.admin_key if key is None else key}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    def create_key(self, role: str, party: str | None = None, county: str | None = None) -> dict[str, Any]:
        """Make a key; `{id, key, ...}`, the key being shown this once."""
        given = {"role": role, "party": party, "county": county}
        return self._object("POST", "/v1/keys", json={k: v for k, v in given.items() if v is not None})

    def list_keys(self) -> list[dict[str, Any]]:
        """All keys without the keys themselves."""
        return self._pages("/v1/keys")

    def revoke_key(self, identifier: str) -> None:
        """End a key by its id."""
        self._request("DELETE", f"/v1/keys/{identifier}")

    def create_user(self, name: str, role: str, county: str | None, password: str) -> dict[str, Any]:
        """Make somebody who logs in by name and password; `{id, name, role, county, ...}`."""
        given = {"name": name, "role": role, "county": county, "password": password}
        return self._object("POST", "/v1/users", json=given)

    def import_file(
        self,
        path: Path,
        kind: str,
        *,
        dry_run: bool = False,
        atomic: bool = False,
        progress: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Import a CSV or XLSX file and wait for its job's end; `progress` is given the job each time it is read.

        A row is known by its key, so that a file whose answer was lost may be sent again.
        """
        query = {"kind": kind, "filename": path.name, "dry_run": dry_run, "atomic": atomic}
        job = self._object(
            "POST",
            "/v1/imports",
            repeatable=True,
            params=query,
            content=path.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
        progress(job)
        while job["status"] != "done":
            time.sleep(POLL_SECONDS)
            job = self._object("GET", f"/v1/imports/{job['id']}")
            progress(job)
        return job

    def download(self, path: str, file: Path, **query: str) -> int:
        """Fetch `path` into `file`, which is replaced when all of it has come; how many bytes it has."""
        part = file.with_name(f"{file.name}.part")
        try:
            with self._client.stream("GET", path, params=query, timeout=FILE_SECONDS) as response:
                if not response.is_success:
                    response.read()
                    raise GatewayRefusedError(response)
                with part.open("wb") as stream:
                    for piece in response.iter_bytes():
                        stream.write(piece)
        except httpx.TransportError as error:
            part.unlink(missing_ok=True)
            raise GatewayAwayError(self._client.base_url) from error
        part.replace(file)
        return file.stat().st_size

    def matches(self, limit: int) -> list[dict[str, Any]]:
        """The first `limit` matches in the gateway's order, best first."""
        return list(self._object("GET", "/v1/matches", params={"limit": limit})["items"])

    def policy_file(self) -> str:
        """The policy in force as TOML."""
        return self._request("GET", "/v1/policy", params={"format": "toml"}).text

    def check_policy(self, content: bytes) -> dict[str, Any]:
        """What a policy file would change, and all for which it would be refused."""
        return self._object("POST", "/v1/policy/check", repeatable=True, content=content, headers=_TOML)

    def put_policy(self, content: bytes, reason: str, *, version: int) -> dict[str, Any]:
        """Put a policy file in force in the place of `version`."""
        headers = _TOML | {"If-Match": f'"{version}"'}
        return self._object("PUT", "/v1/policy", params={"reason": reason}, content=content, headers=headers)

    def policy_history(self) -> list[dict[str, Any]]:
        """All versions of the policy, newest first."""
        return self._pages("/v1/policy/history")

    def read(self, path: str) -> dict[str, Any]:
        """Any object of the API."""
        return self._object("GET", path)

    def _pages(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        query: dict[str, Any] = {"limit": 200}
        while True:
            page = self._object("GET", path, params=query)
            items.extend(page["items"])
            if not page.get("next"):
                return items
            query["cursor"] = page["next"]

    def _object(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        content = self._request(method, path, **arguments).json()
        if not isinstance(content, dict):
            raise TypeError(f"{method} {path}: not an object")
        return content

    def _request(
        self, method: str, path: str, *, repeatable: bool = False, **arguments: Any
    ) -> httpx.Response:
        """Send a request, again while the gateway or what is behind it is away (being restarted).

        A request whose answer was lost is sent again only if it reads or is `repeatable`.
        """
        deadline = time.monotonic() + _AWAY_SECONDS
        lost = httpx.TransportError if repeatable or method == "GET" else httpx.ConnectError
        while True:
            try:
                response = self._client.request(method, path, **arguments)
            except lost as error:
                if time.monotonic() > deadline:
                    raise GatewayAwayError(self._client.base_url) from error
            except httpx.TransportError as error:
                raise GatewayAwayError(self._client.base_url) from error
            else:
                if response.is_success:
                    return response
                if response.status_code not in _AWAY or time.monotonic() > deadline:
                    raise GatewayRefusedError(response)
            time.sleep(POLL_SECONDS)
