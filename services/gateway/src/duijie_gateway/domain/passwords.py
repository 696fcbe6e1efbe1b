"""Which names and passwords are taken. After NIST SP 800-63B: length and a list of common ones, no rules of composition."""

from __future__ import annotations

import re
import unicodedata

MIN_CHARS, MAX_CHARS = 12, 128
LENGTH_FAULT = (
    "password-length",
    f"口令须为 {MIN_CHARS} 至 {MAX_CHARS} 个字符",
    f"a password has {MIN_CHARS} to {MAX_CHARS} characters",
)
_NAME = re.compile(r"[\w.@+-]{1,64}")
_REPEATED = re.compile(r"(.{1,4})\1{2,}.{0,3}", re.DOTALL)
_COMMON_WORDS = frozenset(
    {
        "abc", "abcd", "admin", "administrator", "changeme", "default", "duijie", "hello", "iloveyou", "letmein",
        "login", "master", "password", "passw0rd", "p@ssw0rd", "p@ssword", "qwer", "qwerty", "root", "secret", "staff",
        "superman", "test", "user", "welcome", "woaini", "mima", "guanliyuan", "nongye", "密码", "口令", "管理员", "我爱你",
    }
)  # fmt: skip
"""Refused with whatever digits and signs are around them."""
_COMMON = frozenset(
    {
        "1q2w3e4r5t6y", "1qaz2wsx3edc", "q1w2e3r4t5y6", "qwertyuiop[]", "qwertyuiopasdfghjkl", "qwertyuiopasdf",
        "asdfghjklqwertyuiop", "1qaz2wsx3edc4rfv", "qazwsxedcrfv", "qwertyasdfgh", "qwerasdfzxcv", "abcdefghijkl",
        "abcdefghijklm", "abcdefghijklmnopqrstuvwxyz", "passwordpassword", "adminadministrator", "iloveyouforever",
        "correcthorsebatterystaple", "correct horse battery staple", "thequickbrownfox", "5201314woaini1314",
    }
)  # fmt: skip
_DIGIT_RUNS = (
    "01234567890123456789012345678901234567890",
    "98765432109876543210987654321098765432109876543210",
)


def folded(name: str) -> str:
    """The form in which names are kept and compared: NFKC, no case, nothing around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def is_name(name: str) -> bool:
    """Whether a folded name is taken: 1 to 64 letters of any script, digits, and `. @ + - _`."""
    return _NAME.fullmatch(name) is not None


def normalised(password: str) -> str:
    """What is hashed: NFKC, so that another keyboard's way to write the same letters is the same password."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, name: str) -> tuple[str, str, str] | None:
    """Why a new password is not taken, as (code, zh, en); None when it is. `name` is the folded name."""
    text = normalised(password)
    if not MIN_CHARS <= len(text) <= MAX_CHARS:
        return LENGTH_FAULT
    if _is_common(text.casefold(), name):
        return (
            "password-common",
            "口令过于常见, 或就是名称本身",
            "the password is among the commonest, or the name itself",
        )
    return None


def _is_common(text: str, name: str) -> bool:
    core = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", text)
    return (
        text in _COMMON
        or core in _COMMON_WORDS
        or name in {text, core}
        or text == name + name
        or _REPEATED.fullmatch(text) is not None
        or any(text in run for run in _DIGIT_RUNS)
    )
