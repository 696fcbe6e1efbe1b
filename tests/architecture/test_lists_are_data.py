"""A list of counties is data: no code knows one by name, or what it is about."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from duijie_shared.geography import designations
from sources import all_modules, named, tree_of

MAY_NAME_ONE = ("shared/src/duijie_shared/events/policy.py",)
"""The first policy prefers a list, by name; staff replace it."""
ABOUT = re.compile("poverty|贫困|脱贫|poor count", re.IGNORECASE)
EXAMPLES = "examples"


def texts(path: Path) -> list[str]:
    """Every text in a module's code, examples of the API's description left out."""
    tree = tree_of(path)
    shown = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == EXAMPLES
        for inner in ast.walk(node.value)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in shown
    ]


@pytest.mark.parametrize(
    "path", [path for path in all_modules() if not str(path).endswith(MAY_NAME_ONE)], ids=named
)
def test_no_module_names_a_list_or_its_subject(path: Path) -> None:
    """Neither a shipped list's code nor what such lists are about."""
    for text in texts(path):
        assert not ABOUT.search(text), text
        assert not any(code in text for code in designations().lists), text


def test_the_rule_sees_what_it_forbids(tmp_path: Path) -> None:
    """A literal counts, an example of the description does not."""
    module = tmp_path / "module.py"
    module.write_text('PREFERRED = "cn-832"\nField(examples=[["cn-832"]])\n', encoding="utf-8")
    assert texts(module) == ["cn-832"]
