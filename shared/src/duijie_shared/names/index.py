"""An index over the names of things, in the forms in which people type them.

Better kinds of match always come before worse ones; within a kind, what is covered more comes first, then the order
in which the things were given. The same text finds the same things in the same order in every process.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from duijie_shared.names.pinyin import syllables
from duijie_shared.words import folded

Item = TypeVar("Item")

LONGEST_QUERY = 60
COVERAGE_POINTS = 4
SHORTEST_CHINESE_TYPO, SHORTEST_LATIN_TYPO, TWO_TYPOS_FROM = 2, 4, 8
"""Shorter texts are not searched with slips: nearly anything is one slip away from them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of match: its highest score and its sentences, which take the word that was found."""

    code: str
    score: int
    zh: str
    en: str


CODE = Kind("code", 100, "代码 {}", "code {}")
EXACT = Kind("exact", 100, "名称是“{}”", "is named {}")
PINYIN = Kind("pinyin", 95, "“{}”的拼音", "pinyin of {}")
PREFIX = Kind("prefix", 90, "以此开头: “{}”", "begins like {}")
PINYIN_PREFIX = Kind("pinyin-prefix", 84, "拼音以此开头: “{}”", "pinyin begins like {}")
WORD_PREFIX = Kind("word-prefix", 84, "有一个词以此开头: “{}”", "has a word that begins so: {}")
INITIALS = Kind("initials", 79, "“{}”的拼音首字母", "pinyin initials of {}")
INITIALS_PREFIX = Kind("initials-prefix", 74, "拼音首字母以此开头: “{}”", "pinyin initials begin like {}")
SOUND = Kind("sounds-like", 69, "与“{}”同音", "sounds like {}")
CONTAINS = Kind("contains", 68, "包含在“{}”中", "is part of {}")
SOUND_PREFIX = Kind("sounds-like-prefix", 63, "与“{}”的开头同音", "sounds like the beginning of {}")
TYPO = Kind("typo", 50, "与“{}”差一个字", "one slip away from {}")
PINYIN_TYPO = Kind("pinyin-typo", 45, "与“{}”的拼音差一个字母", "one slip away from the pinyin of {}")
TWO_TYPOS = Kind("two-typos", 40, "与“{}”差两个字母", "two slips away from {}")


IN_FULL = frozenset({CODE, EXACT, PINYIN})


@dataclass(frozen=True, slots=True)
class Named(Generic[Item]):
    """A thing with its words: names in any language, readings of Chinese ones as (name, syllables), and codes."""

    item: Item
    names: tuple[str, ...]
    readings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit(Generic[Item]):
    """One thing found. `score` runs to 100; `matched` is its word that was found, `why` the kind of match."""

    item: Item
    score: int
    matched: str
    why: str
    zh: str
    en: str


class NameIndex(Generic[Item]):
    """Search over `things`; among equal matches the earlier thing comes first."""

    def __init__(self, things: Iterable[Named[Item]]) -> None:
        self._items: list[Item] = []
        names, words, spelled, initials, codes = _Forms(), _Forms(), _Forms(), _Forms(), _Forms()
        for at, thing in enumerate(things):
            self._items.append(thing.item)
            for code in thing.codes:
                codes.add(compact(code), at, code)
            for name in thing.names:
                names.add(compact(name), at, name)
                if not has_chinese(name):
                    for word in folded(name).split()[1:]:
                        words.add(compact(word), at, name, len(compact(name)))
            for name, reading in thing.readings:
                spelled.add("".join(reading), at, name)
                initials.add("".join(syllable[0] for syllable in reading), at, name)
        self._names, self._words, self._spelled = names.done(), words.done(), spelled.done()
        self._initials, self._codes = initials.done(), codes.done()

    def search(
        self, text: str, limit: int = 10, accept: Callable[[Item], bool] | None = None
    ) -> tuple[Hit[Item], ...]:
        """The best `limit` things for a text as it is being typed, best first; each thing once.

        `accept` leaves things out before they count. An empty or overlong text finds nothing.
        """
        query = compact(text)
        if not query or len(query) > LONGEST_QUERY or limit < 1:
            return ()
        found: dict[int, tuple[int, _Found]] = {}
        for stage in (self._surely, self._nearly):
            for kind, form, length in stage(text, query):
                if form.at not in found and accept is not None and not accept(self._items[form.at]):
                    continue
                score = kind.score - COVERAGE_POINTS + _coverage(length, form.size)
                if form.at not in found or score > found[form.at][0]:
                    found[form.at] = (score, _Found(kind, form.word))
            # Slips score lower than all that is surely meant, and are noise beside what was typed in full.
            if len(found) >= limit or any(one.kind in IN_FULL for _, one in found.values()):
                break
        best = sorted(found.items(), key=lambda entry: (-entry[1][0], entry[0]))[:limit]
        return tuple(
            Hit(
                self._items[at],
                score,
                one.word,
                one.kind.code,
                one.kind.zh.format(one.word),
                one.kind.en.format(one.word),
            )
            for at, (score, one) in best
        )

    def _surely(self, text: str, query: str) -> Iterator[tuple[Kind, _Form, int]]:
        yield from _all(EXACT, self._names.exact(query), query)
        yield from _all(PREFIX, self._names.prefixed(query), query)
        yield from _all(CONTAINS, self._names.containing(query), query)
        yield from _all(CODE, self._codes.exact(query), query)
        yield from _all(PREFIX, self._codes.prefixed(query), query)
        sound = "".join(syllables(text))
        if has_chinese(text):
            yield from _all(SOUND, self._spelled.exact(sound), sound)
            yield from _all(SOUND_PREFIX, self._spelled.prefixed(sound), sound)
            return
        yield from _all(WORD_PREFIX, self._words.exact(query), query)
        yield from _all(WORD_PREFIX, self._words.prefixed(query), query)
        yield from _all(PINYIN, self._spelled.exact(sound), sound)
        yield from _all(PINYIN_PREFIX, self._spelled.prefixed(sound), sound)
        yield from _all(INITIALS, self._initials.exact(query), query)
        yield from _all(INITIALS_PREFIX, self._initials.prefixed(query), query)

    def _nearly(self, text: str, query: str) -> Iterator[tuple[Kind, _Form, int]]:
        if has_chinese(text):
            if len(query) >= SHORTEST_CHINESE_TYPO:
                yield from _all(TYPO, self._names.near(query, 1, SHORTEST_CHINESE_TYPO), query)
            return
        if len(query) < SHORTEST_LATIN_TYPO:
            return
        sound = "".join(syllables(text))
        for forms in (self._names, self._words):
            yield from _all(TYPO, forms.near(query, 1, SHORTEST_LATIN_TYPO), query)
        yield from _all(PINYIN_TYPO, self._spelled.near(sound, 1, SHORTEST_LATIN_TYPO), sound)
        if len(query) >= TWO_TYPOS_FROM:
            for forms in (self._names, self._words):
                yield from _all(TWO_TYPOS, forms.near(query, 2, TWO_TYPOS_FROM), query)


@dataclass(frozen=True, slots=True, order=True)
class _Form:
    """One form of one word of the thing at `at`; `size` is the length of the whole name it is a form of."""

    text: str
    at: int
    word: str
    size: int


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Kind
    word: str


class _Forms:
    """Forms of one sort, sorted once all are in."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], _Form] = {}
        self._forms: Sequence[_Form] = ()
        self._texts: list[str] = []
        self._joined, self._starts = "", [0]

    def add(self, text: str, at: int, word: str, size: int = 0) -> None:
        if text:
            self._seen.setdefault((text, at), _Form(text, at, word, size or len(text)))

    def done(self) -> _Forms:
        self._forms = sorted(self._seen.values())
        self._texts = [form.text for form in self._forms]
        self._joined = "\n".join(self._texts)
        self._starts = []
        start = 0
        for text in self._texts:
            self._starts.append(start)
            start += len(text) + 1
        return self

    def exact(self, text: str) -> Iterator[_Form]:
        return iter(self._forms[bisect_left(self._texts, text) : bisect_right(self._texts, text)])

    def prefixed(self, text: str) -> Iterator[_Form]:
        last = bisect_left(self._texts, text + chr(0x10FFFF))
        return iter(self._forms[bisect_right(self._texts, text) : last])

    def containing(self, text: str) -> Iterator[_Form]:
        start = self._joined.find(text)
        while start >= 0:
            form = self._forms[bisect_right(self._starts, start) - 1]
            yield form
            start = self._joined.find(text, self._joined.find("\n", start) + 1 or len(self._joined))

    def near(self, text: str, slips: int, shortest: int) -> Iterator[_Form]:
        """Forms that are `slips` wrong, missing, added or swapped characters away, exactly."""
        found = extract(
            text, self._texts, scorer=OSA.distance, processor=None, score_cutoff=slips, limit=None
        )
        return (
            self._forms[index]
            for form, distance, index in found
            if distance == slips and len(form) >= shortest
        )


def _all(kind: Kind, forms: Iterable[_Form], query: str) -> Iterator[tuple[Kind, _Form, int]]:
    return ((kind, form, len(query)) for form in forms)


def _coverage(length: int, size: int) -> int:
    return COVERAGE_POINTS * min(length, size) // max(length, size)


def compact(text: str) -> str:
    """A text as it is compared: folded, letters and digits alone."""
    return "".join(char for char in folded(text) if char.isalnum())


def has_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return any("\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff" for char in text)
