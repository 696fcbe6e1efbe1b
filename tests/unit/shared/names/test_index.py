"""The index of names: kinds of match in their order, slips of every sort, the same answer every time."""

from __future__ import annotations

import pytest
from duijie_shared.names import Named, NameIndex
from duijie_shared.names.pinyin import syllables, syllables_as_spelled

WORDS = ("苹果", "苹果汁", "青苹果", "平菇", "红富士", "梨")


def index(*names: str) -> NameIndex[str]:
    return NameIndex(
        Named(name, (name,), ((name, syllables(name)),) if name > "z" else (), (f"C{at}",))
        for at, name in enumerate(names)
    )


def kinds(text: str, *names: str, limit: int = 10) -> list[tuple[str, str]]:
    return [(hit.item, hit.why) for hit in index(*(names or WORDS)).search(text, limit)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("苹果", [("苹果", "exact"), ("苹果汁", "prefix"), ("青苹果", "contains")]),
        ("pingguo", [("苹果", "pinyin"), ("苹果汁", "pinyin-prefix")]),
        ("ping guo", [("苹果", "pinyin"), ("苹果汁", "pinyin-prefix")]),
        ("PG", [("苹果", "initials"), ("平菇", "initials"), ("苹果汁", "initials-prefix")]),
        ("hfs", [("红富士", "initials")]),
        ("hongf", [("红富士", "pinyin-prefix")]),
        ("平果", [("苹果", "sounds-like"), ("苹果汁", "sounds-like-prefix"), ("平菇", "typo")]),
        ("红富土", [("红富士", "typo")]),
        ("红士", [("红富士", "typo")]),
        ("红士富", [("红富士", "typo")]),
        ("红大富士", [("红富士", "typo")]),
        ("红大大富士", []),
        ("honfushi", [("红富士", "pinyin-typo")]),
        ("hnogfushi", [("红富士", "pinyin-typo")]),
        ("hnfsi", []),
        ("C2", [("青苹果", "code")]),
        ("果", [("苹果", "contains"), ("青苹果", "contains"), ("苹果汁", "contains")]),
        ("", []),
        ("  ()", []),
    ],
)
def test_kinds_of_match(text: str, found: list[tuple[str, str]]) -> None:
    """What is typed in full comes first, then beginnings, parts and sounds, and slips at last."""
    assert sorted(kinds(text)) == sorted(found)
    assert [why for _, why in kinds(text)] == [why for _, why in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sweet potato", [("Sweet potato", "exact"), ("Sweet potato starch", "prefix")]),
        ("Sweet_Potato", [("Sweet potato", "exact"), ("Sweet potato starch", "prefix")]),
        (
            "potato",
            [("Potato", "exact"), ("Sweet potato", "word-prefix"), ("Sweet potato starch", "word-prefix")],
        ),
        ("star", [("Sweet potato starch", "word-prefix")]),
        ("potaot", [("Potato", "typo"), ("Sweet potato", "typo"), ("Sweet potato starch", "typo")]),
        ("sweat potatoe", [("Sweet potato", "two-typos")]),
        ("swet", []),
        ("ptatoo", []),
    ],
)
def test_english(text: str, found: list[tuple[str, str]]) -> None:
    """By name, by any of its words, with one slip from four letters and two from eight on."""
    assert kinds(text, "Potato", "Sweet potato", "Sweet potato starch") == found


def test_slips_are_noise_beside_what_was_typed_in_full() -> None:
    """绿茶 is not one slip away from 红茶 to somebody who wrote it."""
    assert kinds("绿茶", "绿茶", "红茶") == [("绿茶", "exact")]
    assert kinds("绿叶", "绿茶", "红茶") == [("绿茶", "typo")]


def test_scores_fall_and_each_thing_comes_once() -> None:
    """A thing that matches in several ways is there by its best."""
    hits = index(*WORDS).search("苹果")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.item for hit in hits}) == len(hits)
    assert hits[0].score == 100
    assert (hits[0].matched, hits[0].zh, hits[0].en) == ("苹果", "名称是“苹果”", "is named 苹果")


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (-1, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_limit(limit: int, count: int) -> None:
    """At most so many, the best of them."""
    assert kinds("苹果", limit=limit) == kinds("苹果")[:count]


def test_what_is_not_accepted_does_not_count() -> None:
    """Left out before the limit, so that the next one moves up."""
    hits = index(*WORDS).search("苹果", 1, lambda item: item != "苹果")
    assert [hit.item for hit in hits] == ["苹果汁"]


def test_overlong_texts_find_nothing() -> None:
    """Sixty characters are more than any name; one more is not looked at."""
    assert kinds("梨" * 60, "梨" * 60) == [("梨" * 60, "exact")]
    assert kinds("梨" * 61, "梨" * 61) == []


def test_readings() -> None:
    """ü is u, marks are dropped, letters stay; an unusual reading is found by its spelling."""
    assert syllables("绿茶") == ("lu", "cha")
    assert syllables("香菇（干）") == ("xiang", "gu", "gan")
    assert syllables("hong富士") == ("hong", "fu", "shi")
    assert syllables_as_spelled("洪洞", "hongtong") == ("hong", "tong")
    assert syllables_as_spelled("洪洞", "hongdong") == ("hong", "dong")
    assert syllables_as_spelled("洪洞", "hongt") is None
