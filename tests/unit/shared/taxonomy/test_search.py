"""Search over products: every name as people spell, shorten and misspell it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from duijie_shared.names.index import compact
from duijie_shared.names.pinyin import syllables
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.search import search_products
from hypothesis import assume, given
from hypothesis import strategies as st

ALL = 10_000
CHINESE = [(p.slug, word) for p in taxonomy().products for word in (p.name_zh, *p.synonyms_zh)]
ENGLISH = [(p.slug, word) for p in taxonomy().products for word in (p.name_en, *p.synonyms_en)]


def found(text: str, limit: int = ALL) -> list[str]:
    return [hit.item.slug for hit in search_products(text, limit)]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("pingguo", "apple"), ("pg", "apple"), ("hongfushi", "fuji_apple"), ("hfs", "fuji_apple"), ("平果", "apple"),
        ("苹里", "apple"), ("果苹", "apple"), ("马玲薯", "potato"), ("西红市", "tomato"), ("蘋果", "apple"),
        ("potatoe", "potato"),
        ("tomatto", "tomato"), ("aple", "apple"), ("yangdujun", "morel"), ("lvcha", "green_tea"),
        ("lucha", "green_tea"),
        ("FRU001", "apple"), ("sweet_potato", "sweet_potato"), ("nongjiale", "farm_stay"),
        ("miaoxiu", "miao_embroidery"),
    ],
)  # fmt: skip
def test_people_find_what_they_mean_first(text: str, slug: str) -> None:
    """Names, pinyin, initials, codes, homophones and slips of the pen."""
    assert found(text)[0] == slug


def test_every_name_is_found_by_itself() -> None:
    """First of all, with the full score."""
    for slug, word in CHINESE + ENGLISH:
        (hit, *_) = search_products(word)
        assert (hit.item.slug, hit.score, hit.why) == (slug, 100, "exact"), word


@given(st.sampled_from(CHINESE))
def test_every_chinese_name_is_found_by_its_pinyin_and_its_initials(case: tuple[str, str]) -> None:
    """Written together, in pieces, and by first letters."""
    slug, word = case
    reading = syllables(word)
    assert slug in found("".join(reading))
    assert slug in found(" ".join(reading))
    assert slug in found("".join(syllable[0] for syllable in reading))


@given(st.sampled_from(CHINESE + ENGLISH), st.data())
def test_every_name_is_found_while_it_is_being_typed(case: tuple[str, str], data: st.DataObject) -> None:
    """Each beginning of a name finds it among others."""
    slug, word = case
    typed = compact(word)
    assert slug in found(typed[: data.draw(st.integers(1, len(typed)))])


@given(st.sampled_from(CHINESE + ENGLISH), st.data())
def test_one_slip_does_not_lose_a_name(case: tuple[str, str], data: st.DataObject) -> None:
    """One character wrong, missing or swapped, unless that spells something else in full."""
    slug, word = case
    typed = compact(word)
    assume(len(typed) >= (3 if typed > "z" else 5))
    at = data.draw(st.integers(0, len(typed) - 2))
    slipped = {
        "wrong": typed[:at] + ("某" if typed > "z" else "q") + typed[at + 1 :],
        "missing": typed[:at] + typed[at + 1 :],
        "swapped": typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :],
    }[data.draw(st.sampled_from(["wrong", "missing", "swapped"]))]
    hits = search_products(slipped, ALL)
    assume(not any(hit.score >= 91 for hit in hits))
    assert slug in [hit.item.slug for hit in hits]


def test_products_come_before_their_varieties() -> None:
    """Of equal matches the parent is first: 苹 is an apple before it is a Gala."""
    assert found("苹")[0] == "apple"
    assert found("apple")[0] == "apple"


def test_the_order_is_the_same_in_every_process() -> None:
    """Nothing depends on the order of sets."""
    code = (
        "from duijie_shared.taxonomy.search import search_products\n"
        "print([[h.item.slug for h in search_products(t, 50)] for t in ('pg', '果', 'h', '黄爪', 'bean', 'sweat')])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_neither_the_package_nor_the_module_reads_or_builds_on_import() -> None:
    """Pypinyin and the names are loaded with the first search."""
    code = (
        "import sys, duijie_shared.taxonomy.search, duijie_shared.geography.search\n"
        "print('pypinyin' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "False"
    )
