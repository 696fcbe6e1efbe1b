"""Advice: whatever a file is refused for, the report says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import duijie_shared.posting
import duijie_shared.tabular
from duijie_shared.posting.fixes import fix_of

POSTING, TABULAR = (
    Path(str(package.__file__)).parent for package in (duijie_shared.posting, duijie_shared.tabular)
)
UNNAMED = {"unknown"}
"""A field of the API that is none; files have columns."""


def codes() -> set[str]:
    """Every code that the parser of fields and the readers of files refuse with."""
    found = set()
    for path in POSTING.glob("*.py"):
        refusal = r'(?:refuse|FieldError)\(\s*(?:\w+|f?"[^"]+"),\s*"([a-z0-9-]+)"'
        found |= set(re.findall(refusal, path.read_text("utf-8")))
    for path in TABULAR.rglob("*.py"):
        refusal = r'(?:TableError|Fault)\(\s*(?:\w+,\s*)?"([a-z0-9-]+)"'
        found |= set(re.findall(refusal, path.read_text("utf-8")))
    return found


def test_every_refusal_has_advice_of_its_own() -> None:
    """In both languages; the general sentence is for codes of other parts alone."""
    assert len(codes()) > 35
    general = fix_of("no-such-code")
    assert {code for code in codes() - UNNAMED if fix_of(code) == general} == set()
    for code in codes():
        fix = fix_of(code)
        assert any("\u4e00" <= char <= "\u9fff" for char in fix.zh)
        assert fix.en
