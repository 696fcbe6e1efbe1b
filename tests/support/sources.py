"""The repository as files and syntax trees, for the tests of its shape."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {".venv", ".git", ".duijie", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
            ".import_linter_cache", "build", "dist", "node_modules"}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One member of the workspace: where it is, and the name it is imported by."""

    folder: Path
    name: str

    @property
    def package(self) -> Path:
        return self.folder / "src" / self.name

    @property
    def project(self) -> dict[str, object]:
        """The `[project]` table of its pyproject."""
        table = tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))["project"]
        assert isinstance(table, dict)
        return table


MEMBERS = (
    Member(ROOT / "shared", "duijie_shared"),
    Member(ROOT / "services" / "catalog", "duijie_catalog"),
    Member(ROOT / "services" / "matcher", "duijie_matcher"),
    Member(ROOT / "services" / "gateway", "duijie_gateway"),
    Member(ROOT / "deploy" / "local", "duijie_local"),
)


def modules(member: Member) -> list[Path]:
    """Every module of a member."""
    return sorted(member.package.rglob("*.py"))


def all_modules() -> list[Path]:
    """Every module of every member."""
    return [path for member in MEMBERS for path in modules(member)]


def tracked_files() -> list[Path]:
    """Every file of the repository that is not made by a tool."""
    return sorted(_walk(ROOT))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.suffix == ".pyc":
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def named(path: Path) -> str:
    """The path as it is written in a message: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def imports(path: Path, *, typing_too: bool = True) -> frozenset[str]:
    """Full names of the modules a module imports; without `typing_too`, not those for type checkers alone."""
    found: set[str] = set()
    skipped = set() if typing_too else _for_type_checkers(tree_of(path))
    for node in ast.walk(tree_of(path)):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def top_level(names: frozenset[str]) -> set[str]:
    """The first part of each name."""
    return {name.split(".")[0] for name in names}


def _for_type_checkers(tree: ast.Module) -> set[ast.AST]:
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
