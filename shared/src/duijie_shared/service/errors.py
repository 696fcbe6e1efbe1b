"""The one way to refuse: an exception with its status, rendered in one place as problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from duijie_shared.posting.errors import FieldError

__all__ = ["FieldError", "Refusal", "not_found", "unavailable", "unprocessable"]


class Refusal(Exception):
    """An expected refusal. `headers` go out with it (Retry-After, WWW-Authenticate, ETag)."""

    def __init__(
        self,
        status: int,
        code: str,
        zh: str,
        en: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {en}")
        self.status = status
        self.code = code
        self.zh = zh
        self.en = en
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        """The problem document. `errors` is there only where fields are to blame."""
        document: dict[str, object] = {
            "type": f"urn:duijie:problem:{self.code}",
            "title": self.en,
            "status": self.status,
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
        }
        if self.errors:
            document["errors"] = [asdict(error) for error in self.errors]
        return document


def unprocessable(errors: Sequence[FieldError]) -> Refusal:
    """422 naming every refused field."""
    return Refusal(422, "invalid", "有字段不符合要求", "Some fields are not acceptable", errors=errors)


def not_found() -> Refusal:
    """404, the same for what does not exist and for what is another party's."""
    return Refusal(404, "not-found", "没有这个对象", "There is no such object")


def unavailable(retry_after_s: int = 5) -> Refusal:
    """503 while a part behind the door is away; nothing was stored."""
    return Refusal(
        503,
        "unavailable",
        "服务暂时不可用, 请稍后重试",
        "The service is unavailable for the moment; please retry",
        headers={"Retry-After": str(retry_after_s)},
    )
