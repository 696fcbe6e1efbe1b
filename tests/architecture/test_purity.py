"""Pure inside, I/O at the edge: what modules may import and call, read from their syntax trees.

The import contracts in pyproject.toml say which packages may know each other; these rules say the rest.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sources import ROOT, all_modules, imports, named, top_level, tree_of

MODULES = all_modules()
CORE = [path for path in MODULES if {"domain", "matching"} & set(path.relative_to(ROOT).parts)]
"""The rules of trade: no framework, no I/O, no clock, no chance of their own."""

SHARED_FACTS = [
    path
    for path in MODULES
    if "duijie_shared" in path.parts and {"events", "posting", "rendering", "values.py"} & set(path.parts)
    if path.name != "export.py"
]
IMPURE = {
    "aiokafka", "alembic", "asyncio", "fastapi", "faust", "httpx", "kafka", "logging", "multiprocessing", "os",
    "pathlib", "psycopg", "shutil", "socket", "sqlalchemy", "sqlmodel", "starlette", "structlog", "subprocess",
    "tempfile", "threading", "time", "urllib", "uvicorn",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}
CHANCE = {"random", "secrets"}
MAKES_KEYS = "services/gateway/src/duijie_gateway/domain/keys.py"
"""A key is chance and nothing else."""
FAUST_AT = ("services/matcher/src/duijie_matcher/stream/", "services/matcher/src/duijie_matcher/bootstrap.py")
NO_SQL = {"domain", "matching", "stream", "pages"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}

every_module = pytest.mark.parametrize("path", MODULES, ids=named)
every_core_module = pytest.mark.parametrize("path", CORE, ids=named)


def called(path: Path) -> list[tuple[str, str]]:
    """(owner, name) of every call: ("datetime", "now"), ("", "eval")."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                owner = node.func.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                found.append((name, node.func.attr))
            elif isinstance(node.func, ast.Name):
                found.append(("", node.func.id))
    return found


@every_core_module
def test_domain_and_matching_import_nothing_impure(path: Path) -> None:
    """Time comes in as a parameter, data as arguments, results go out as values."""
    assert not top_level(imports(path)) & IMPURE


@every_core_module
def test_domain_and_matching_ask_no_clock(path: Path) -> None:
    """Neither `datetime.now` nor `date.today`: the same input gives the same output on any day."""
    assert not [call for call in called(path) if call[1] in CLOCKS and call[0] in {"datetime", "date", "dt"}]


@every_core_module
def test_domain_and_matching_throw_no_dice(path: Path) -> None:
    """Neither random numbers nor random ids; chance, where it is wanted, is a seed among the arguments."""
    if named(path) != MAKES_KEYS:
        assert not top_level(imports(path)) & CHANCE
        assert not {"uuid1", "uuid4"} & {name for _, name in called(path)}


@pytest.mark.parametrize("path", SHARED_FACTS, ids=named)
def test_contracts_and_parsers_are_pure_too(path: Path) -> None:
    """Events, postings and rendering are functions of their arguments (an envelope's id apart)."""
    assert not top_level(imports(path)) & IMPURE
    assert not [call for call in called(path) if call[1] in CLOCKS]


@every_module
def test_faust_is_at_the_matchers_edge_alone(path: Path) -> None:
    """One place to change when it has to go."""
    if not named(path).startswith(FAUST_AT):
        assert not top_level(imports(path)) & {"faust", "mode"}


@every_module
def test_sql_is_neither_in_rules_nor_in_pages(path: Path) -> None:
    """Tables, repositories, units of work and projections hold it, and the matcher has none."""
    inside = NO_SQL & set(path.relative_to(ROOT).parts)
    if inside and "migrations" not in path.parts:
        assert not top_level(imports(path)) & {"sqlalchemy", "sqlmodel", "psycopg"}


@every_module
def test_nothing_read_from_outside_can_run(path: Path) -> None:
    """No pickle, no eval, no exec, no yaml.load."""
    assert not top_level(imports(path)) & UNSAFE_MODULES
    assert not [call for call in called(path) if not call[0] and call[1] in UNSAFE_CALLS]
    assert ("yaml", "load") not in called(path)


@every_module
def test_no_error_is_swallowed(path: Path) -> None:
    """No bare except, and no `except Exception: pass`: unexpected errors end the process."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"bare except in line {node.lineno}"
            broad = isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            silent = all(isinstance(statement, ast.Pass | ast.Continue) for statement in node.body)
            assert not (broad and silent), f"swallowed in line {node.lineno}"


@every_module
def test_every_module_says_what_it_is(path: Path) -> None:
    """A docstring at the top; an empty `__init__` may go without, versions of migrations have theirs."""
    if path.read_text("utf-8").strip():
        assert ast.get_docstring(tree_of(path))
