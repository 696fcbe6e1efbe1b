"""Which of two classes is the better one, as far as their names or their measurements say so.

Guards what staff map by hand: where the order is known, a better class has no worse rank. Names are compared only
within one way of counting; of a mere number nobody can say which end is the best.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from duijie_shared.taxonomy.crosswalk import attributes
from duijie_shared.words import folded

_HANS = {"特": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_CHINESE = re.compile(r"(?P<place>[特一二三四五六1-6])(?P<kind>级|等|级品|等品|等级|类)")
_ENGLISH = re.compile(r"(?P<kind>grade|class|no\.?) ?(?P<place>[1-6]|i{1,3}|iv|v)")
_LETTERS = re.compile(r"(?P<place>a{1,3}|[b-e])(?P<kind>级|等)?")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_REPEATED_A = {"aaa": 0, "aa": 1, "a": 2}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A class by its name (empty: none) or its measurements (`code=value`), with its common rank, 5 best."""

    grade: str
    measurements: tuple[str, ...]
    rank: int


def contradicts(new: Ranked, known: Iterable[Ranked]) -> Ranked | None:
    """The first class of the same scheme and product whose rank cannot stand beside that of the new one."""
    for other in known:
        better = _better(new, other)
        if (better > 0 and new.rank < other.rank) or (better < 0 and new.rank > other.rank):
            return other
    return None


def _better(one: Ranked, other: Ranked) -> int:
    """1 where `one` is the better class, -1 where `other` is, 0 where nobody can say."""
    if one.grade and other.grade:
        first, second = _place(one.grade), _place(other.grade)
        if first is None or second is None or first[0] != second[0]:
            return 0
        return (first[1] < second[1]) - (first[1] > second[1])
    if one.measurements and other.measurements:
        return _measured_better(one.measurements, other.measurements)
    return 0


def _place(grade: str) -> tuple[str, int] | None:
    """The way of counting and the place in it, the smaller the better."""
    text = folded(grade)
    if match := _CHINESE.fullmatch(text):
        place = match["place"]
        return "第" + match["kind"][0], _HANS[place] if place in _HANS else int(place)
    if match := _ENGLISH.fullmatch(text):
        place = match["place"]
        return match["kind"].rstrip("."), _ROMAN[place] if place in _ROMAN else int(place)
    if match := _LETTERS.fullmatch(text):
        place = match["place"]
        return "letter", _REPEATED_A[place] if place in _REPEATED_A else ord(place) - ord("a") + 2
    return None


def _measured_better(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    first, second = _values(one), _values(other)
    if first.keys() != second.keys() or not first.keys() <= attributes().keys():
        return 0
    signs = {
        _sign(first[code], second[code]) * (1 if attributes()[code].better == "higher" else -1)
        for code in first
    } - {0}
    return signs.pop() if len(signs) == 1 else 0


def _values(measurements: tuple[str, ...]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, _, value in (each.partition("=") for each in measurements)}


def _sign(one: Decimal, other: Decimal) -> int:
    return (one > other) - (one < other)
