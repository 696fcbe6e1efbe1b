"""Write the broker's lock file anew: `python -m duijie_local.embedded.pin`.

Resolves the coordinates in `jars.py` with jgo, downloads every jar and writes its sha256. To be run, and its
difference read, only when the Kafka version changes.
"""

import dataclasses
import hashlib
import tempfile
from pathlib import Path

from jgo.maven import MavenContext
from jgo.parse import Coordinate

from duijie_local.embedded.jars import KAFKA, LOCK_FILE, LOGGING

HEADER = (
    "# The broker's class path: sha256 and Maven coordinate. Written by python -m duijie_local.embedded.pin\n"
)


def resolve_pins() -> list[tuple[str, str]]:
    """Resolve the broker's whole class path; returns (coordinate, sha256) sorted by coordinate."""
    with tempfile.TemporaryDirectory() as scratch:
        context = MavenContext(repo_cache=Path(scratch))
        wanted = [
            context.create_dependency(dataclasses.replace(Coordinate.parse(name), scope="compile"))
            for name in (KAFKA, LOGGING)
        ]
        inputs, transitive = context.resolver.resolve(wanted)
        needed = [*inputs, *(each for each in transitive if each.scope in {"compile", "runtime"})]
        pins = {}
        for dependency in needed:
            artifact = dependency.artifact
            name = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            pins[name] = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
    return sorted(pins.items())


def main() -> None:
    """Write the lock file beside this module."""
    lines = [f"{sha256}  {coordinate}\n" for coordinate, sha256 in resolve_pins()]
    Path(__file__).with_name(LOCK_FILE).write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
