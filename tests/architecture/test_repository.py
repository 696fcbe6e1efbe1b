"""The repository keeps its own promises: size of files, no place or registry of anyone's own, links that lead somewhere."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from sources import ROOT, named, tracked_files, tree_of

SMELL, TOO_LONG = 250, 400
"""Lines above which a module is listed, and above which it must be cut."""
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".html",
    ".css",
    ".js",
    ".json",
    ".csv",
    ".txt",
    ".sh",
    ".cfg",
    "",
}
PLACES = re.compile(r"(?<![\w.~$}-])/(?:work|root|home|Users|mnt)/[\w.]")
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|repo1?\.maven|maven\.org|maven\.aliyun|registry\.npmjs|mirrors?\.[a-z]+\.|"
    r"index-url|pip\.conf",
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
TEXTS = [path for path in tracked_files() if path.suffix in TEXT and path.name != "uv.lock"]
DOCUMENTS = [path for path in TEXTS if path.suffix == ".md"]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
CODE = [path for path in TEXTS if path.suffix == ".py" and "versions" not in path.parts]


def test_no_module_is_longer_than_it_should_be() -> None:
    """Above 400 lines a module does two things; those above 250 are listed as a warning."""
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in CODE}
    listed = {name: length for name, length in lengths.items() if length > SMELL}
    if listed:
        warnings.warn(f"modules above {SMELL} lines: {listed}", stacklevel=1)
    assert {name: length for name, length in listed.items() if length > TOO_LONG} == {}


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_no_file_names_a_machine_or_a_registry(path: Path) -> None:
    """A path of one machine works on no other; a registry is the reader's own choice. (`uv.lock` names its source.)"""
    if path == Path(__file__):
        return
    text = path.read_text("utf-8")
    assert PLACES.findall(text) == []
    if path.suffix not in {".csv", ".json"}:
        assert REGISTRIES.findall(text) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    """To a file that is there, and to a heading that it has."""
    for match in LINK.finditer(_without_code(path.read_text("utf-8"))):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        where, _, heading = target.partition("#")
        file = (path.parent / where).resolve() if where else path
        assert file.exists(), f"{target} in {named(path)}"
        if heading:
            assert heading in _headings(file), f"{target} in {named(path)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_files_named_in_documents_are_there(path: Path) -> None:
    """`duijie_catalog/outgoing/relay.py` in backticks is a promise; a placeholder in angle brackets is none."""
    for name in re.findall(
        r"`((?:duijie_\w+|shared|services|deploy|tests|docs)/[\w./-]+\.\w+)`", path.read_text("utf-8")
    ):
        member = {"duijie_shared": "shared", "duijie_local": "deploy/local"}.get(
            name.split("/")[0], f"services/{name.split('/')[0].removeprefix('duijie_')}"
        )
        file = ROOT / member / "src" / name if name.startswith("duijie_") else ROOT / name
        assert file.exists(), f"{name} in {named(path)}"


def test_decisions_are_numbered_without_gaps_or_repeats() -> None:
    """NNNN-title.md, from 0001."""
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=named)
def test_every_decision_has_context_decision_and_consequences(path: Path) -> None:
    """One page: why, what, and what follows from it."""
    headings = [heading for heading in _headings(path) if heading in {"context", "decision", "consequences"}]
    assert headings == ["context", "decision", "consequences"]


def test_make_targets_named_in_documents_exist() -> None:
    """`make demo` in a document is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    used = {
        target
        for path in DOCUMENTS
        for target in re.findall(r"(?:^|`|\$ )make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert used
    assert used <= targets


def test_every_package_says_that_it_is_typed() -> None:
    """`py.typed` beside `__init__.py` of each import name."""
    for package in ROOT.glob("**/src/duijie_*/__init__.py"):
        if ".venv" not in package.parts:
            assert (package.parent / "py.typed").exists()
            assert tree_of(package) is not None


def _headings(path: Path) -> list[str]:
    """Anchors of a document's headings, as the forges make them."""
    lines = re.findall(r"^#+ (.+)$", _without_code(path.read_text("utf-8")), re.MULTILINE)
    return [
        re.sub(r"[^\w\- ]", "", line.lower().replace("`", "")).strip().replace(" ", "-") for line in lines
    ]


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)
