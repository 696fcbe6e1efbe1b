"""The words that a column's drop-down offers; an import takes synonyms and the other language's words as well."""

from __future__ import annotations

from collections.abc import Mapping

from duijie_shared.posting.capacities import ACTIVITIES
from duijie_shared.posting.columns import Language
from duijie_shared.posting.common import TEMPERATURES
from duijie_shared.posting.parties import KINDS
from duijie_shared.posting.selling import EVIDENCE
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.grades import COMMON_SCALE
from duijie_shared.taxonomy.units import UNITS

GRADES = ("5", "4", "3", "2", "1")
SAME_LIST = {"product_in": "product", "product_out": "product", "min_grade": "grade"}
"""Columns that share the list of another."""


def options(lang: Language) -> dict[str, tuple[str, ...]]:
    """The words by column, in the order in which they are offered."""
    chinese = lang == "zh"
    known = taxonomy()
    return {
        "product": tuple(one.name_zh if chinese else one.name_en for one in known.products),
        "unit": tuple(one.name_zh if chinese else one.code for one in UNITS),
        "grade_scheme": tuple(
            scheme.standard or scheme.code
            for scheme in known.grade_schemes.values()
            if scheme.code != COMMON_SCALE
        ),
        "grade": GRADES,
        "temperature": _words(TEMPERATURES, lang),
        "activity": _words(ACTIVITIES, lang),
        "evidence": _words(EVIDENCE, lang),
        "publish_price": ("是", "否") if chinese else ("yes", "no"),
        "kind": _words(KINDS, lang),
    }


def list_of(column: str) -> str:
    """The column whose list this column has."""
    return SAME_LIST.get(column, column)


def _words(spellings: Mapping[str, str], lang: Language) -> tuple[str, ...]:
    """One spelling of every word: itself, or the first Chinese one."""
    if lang == "en":
        return tuple(dict.fromkeys(spellings.values()))
    chinese: dict[str, str] = {}
    for spelling, word in spellings.items():
        if not spelling.isascii():
            chinese.setdefault(word, spelling)
    return tuple(chinese.values())
