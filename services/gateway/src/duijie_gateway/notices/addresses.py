"""Where a notice goes: an address as a person gives it, and as the `apprise` library takes it.

People choose among five channels whose servers are known: their own mail and SMS gateways are the operator's, the others
belong to WeCom, DingTalk and Feishu. So nobody points the notifier at an address inside the operator's network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from duijie_shared.service.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_gateway.domain.notices import Channel

_FORMS: Mapping[Channel, tuple[re.Pattern[str], str, str]] = {
    "email": (
        re.compile(r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"),
        "不是电子邮件地址",
        "is no e-mail address",
    ),
    "sms": (re.compile(r"\+?[0-9]{6,15}"), "不是手机号码", "is no phone number"),
    "wecom": (re.compile(r"[A-Za-z0-9-]{20,64}"), "不是企业微信机器人的 key", "is no key of a WeCom robot"),
    "dingtalk": (
        re.compile(r"(?:[A-Za-z0-9]{1,128}@)?[A-Za-z0-9]{16,128}"),
        "不是钉钉机器人的 access_token (可写作 加签密钥@token)",
        "is no token of a DingTalk robot (with a signing secret: secret@token)",
    ),
    "feishu": (re.compile(r"[A-Za-z0-9-]{16,64}"), "不是飞书机器人的 token", "is no token of a Feishu robot"),
}
CONFIRMED: frozenset[str] = frozenset({"email", "sms"})
"""Channels that could be somebody else's: a code that is sent there must come back first."""


class AddressError(Exception):
    """An address that cannot be used."""

    def __init__(self, field: FieldError) -> None:
        super().__init__(field.en)
        self.field = field


@dataclass(frozen=True, slots=True)
class Gateways:
    """The operator's own, as `apprise` URLs; empty where there is none. `{to}` in `sms` stands for the number."""

    mail: str = ""
    sms: str = ""

    def check(self, channel: Channel, target: str) -> None:
        """Raise `AddressError` unless messages can go there."""
        if not (self.mail if channel == "email" else self.sms if channel == "sms" else True):
            raise AddressError(
                FieldError("channel", "channel-off", "管理员未开通该渠道", "is not set up by the operator")
            )
        form, zh, en = _FORMS[channel]
        if form.fullmatch(target) is None:
            raise AddressError(FieldError("to", "bad-address", zh, en))

    def url(self, channel: str, target: str) -> str:
        """The URL by which `apprise` sends to `target`, which `check` has taken."""
        to = quote(target, safe="")
        match channel:
            case "email":
                return f"{self.mail}{'&' if '?' in self.mail else '?'}to={to}"
            case "sms":
                return self.sms.replace("{to}", to)
            case "wecom":
                return f"wecombot://{to}"
            case "dingtalk":
                return f"dingtalk://{target}"
            case _:
                return f"feishu://{to}"


def hint(target: str) -> str:
    """What is shown of an address: enough to tell one's own apart."""
    name, at, domain = target.partition("@")
    shown = f"{name[:2]}…" if at else f"{target[:3]}…{target[-3:]}"
    return f"{shown}@{domain}" if at and "." in domain else shown
