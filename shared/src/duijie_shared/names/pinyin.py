"""How Chinese names are spelled.

pypinyin is a dependency and no precomputed column is kept: a column could spell our own names, but not the
homophones that people type for them (平果 for 苹果), which may hold any character at all. It is imported when
the first index is built, because it takes the better part of a second and 60 MB.
"""

from __future__ import annotations

from functools import cache


def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a text without tones, ü as u; other letters and digits stay as they are, marks are dropped."""
    from pypinyin import lazy_pinyin

    return tuple(_plain(part) for part in lazy_pinyin(text) if any(char.isalnum() for char in part))


def syllables_as_spelled(text: str, spelling: str) -> tuple[str, ...] | None:
    """The reading of a text that gives this spelling (letters without blanks); None where no reading does.

    For names whose characters are read otherwise than usual: 洪洞 is Hongtong.
    """
    from pypinyin import Style, pinyin

    readings = [[_plain(one) for one in many] for many in pinyin(text, style=Style.NORMAL, heteronym=True)]

    @cache
    def read(index: int, start: int) -> tuple[str, ...] | None:
        if index == len(readings):
            return () if start == len(spelling) else None
        for one in readings[index]:
            if spelling.startswith(one, start):
                rest = read(index + 1, start + len(one))
                if rest is not None:
                    return (one, *rest)
        return None

    return read(0, 0)


def _plain(syllable: str) -> str:
    return "".join(char for char in syllable.casefold().replace("v", "u").replace("ü", "u") if char.isalnum())
