"""Which passwords are taken, how they are hashed, and how many may be tried."""

from __future__ import annotations

import asyncio

import pytest
from duijie_gateway.domain.passwords import fault_of, folded, is_name
from duijie_gateway.limiting import PASSWORDS_PER_ADDRESS, PASSWORDS_PER_USER, Limiter
from duijie_gateway.passwords import Passwords

GOOD = "eleven blue tractors"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "k7#vQ!2mZp0x",
        "十一台蓝色的拖拉机在地里",
        "dvqkzmwrtplj",
        "x9" * 3 + "mzqklw",
        "ab cd efgh" * 12 + "12345678",
    ],
)
def test_length_alone_is_asked_for(password: str) -> None:
    """Twelve to 128 characters of any kind: no rule wants digits or capitals."""
    assert fault_of(password, "li.na") is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password-length"),
        ("k7#vQ!2mZp0", "password-length"),
        ("k7#vQ!2mZp0x" * 11, "password-length"),
        ("password12345", "password-common"),
        ("PassWord!!!2026", "password-common"),
        ("duijie-202611", "password-common"),
        ("aaaaaaaaaaaa", "password-common"),
        ("qwerqwerqwer", "password-common"),
        ("123456789012", "password-common"),
        ("1qaz2wsx3edc", "password-common"),
        ("woaini1314520", "password-common"),
        ("wang.xiaoming", "password-common"),
        ("Wang.Xiaoming2026", "password-common"),
    ],
)
def test_the_short_the_common_and_the_own_name_are_refused(password: str, code: str) -> None:
    """With what is wrong in both languages."""
    fault = fault_of(password, "wang.xiaoming")
    assert fault is not None
    assert fault[0] == code
    assert all(fault[1:])


def test_names_are_the_same_in_any_case_and_width() -> None:
    """And have letters of any script, but no spaces, signs or nothing at all."""
    assert folded(" Li.Na ") == folded("ＬＩ.na") == "li.na"
    assert is_name(folded("王小明"))
    assert is_name("a" * 64)
    for wrong in ("", "a" * 65, "li na", "li/na", "<li>", "li\u202ena"):
        assert not is_name(folded(wrong)), wrong


def test_a_hash_is_argon2id_by_owasps_parameters_and_salted() -> None:
    """The right password is right in whatever form its letters came; of nobody's none is."""

    async def run() -> None:
        passwords = Passwords()
        first, second = await passwords.hash(GOOD), await passwords.hash(GOOD)
        assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert first != second
        right = await passwords.verify(first, "ｅleven blue tractors")
        assert (right.right, right.renewed) == (True, None)
        assert not (await passwords.verify(first, GOOD + " ")).right
        assert not (await passwords.verify(None, GOOD)).right
        assert not (await passwords.verify("no hash", GOOD)).right

    asyncio.run(run())


def test_so_many_passwords_from_one_address_and_for_one_name() -> None:
    """The last is admitted and the next but one is not: a sliding counter may let one more in as its window turns."""

    async def run() -> None:
        limiter = Limiter(per_key=1, per_address=1)
        for number in range(PASSWORDS_PER_ADDRESS.amount):
            assert await limiter.password_wait(f"n{number}", "a") is None
        await limiter.password_wait("other", "a")
        wait = await limiter.password_wait("other", "a")
        assert wait is not None
        assert 1 <= wait <= 900
        for number in range(PASSWORDS_PER_USER.amount):
            assert await limiter.password_wait("li.na", f"b{number}") is None
        await limiter.password_wait("li.na", "c")
        assert await limiter.password_wait("li.na", "c") is not None
        assert await limiter.password_wait("somebody", "c") is None
        await limiter.password_was_right("li.na")
        assert await limiter.password_wait("li.na", "c") is None

    asyncio.run(run())
