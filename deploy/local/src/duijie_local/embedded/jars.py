"""The broker's jars: fetched once, pinned by sha256, shared by every copy of the project on a machine.

`kafka-jars.lock` names each jar by its Maven coordinate and its sha256; `python -m duijie_local.embedded.pin`
writes it anew for another Kafka version. A jar whose bytes differ from the pin is refused, whether it comes from
the cache or from the repository.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import platformdirs

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
LOGGING = "org.slf4j:slf4j-simple:1.7.36"
LOCK_FILE = "kafka-jars.lock"
MAVEN_URL_VARIABLE = "DUIJIE_MAVEN_URL"

Progress = Callable[[int, int], None]


class JarRefusedError(Exception):
    """A jar's bytes are not the pinned ones."""


@dataclass(frozen=True, slots=True)
class Jar:
    """A pinned jar: Maven coordinate `group:artifact:version` and the sha256 of its bytes."""

    coordinate: str
    sha256: str

    @property
    def filename(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def pinned_jars() -> tuple[Jar, ...]:
    """The jars of the broker's class path, in the order of the lock file."""
    lines = resources.files(__package__).joinpath(LOCK_FILE).read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(Jar(coordinate=coordinate, sha256=sha256) for sha256, coordinate in rows)


def default_cache() -> Path:
    """The jars' folder: under the user's cache folder, hence one for all copies of the project."""
    return Path(platformdirs.user_cache_dir("duijie")) / "jars"


def ensure_jars(
    jars: tuple[Jar, ...] | None = None, cache: Path | None = None, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Return the verified jars' paths, fetching those the cache lacks.

    A jar enters the cache by one atomic rename after its bytes were checked, so that several copies of the project
    may start at once. `progress(done, total)` counts fetched jars.

    Raises:
        JarRefusedError: a jar's bytes differ from the pin.
    """
    wanted = pinned_jars() if jars is None else jars
    folder = default_cache() if cache is None else cache
    missing = [jar for jar in wanted if not (folder / jar.filename).exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        for done, _ in enumerate(_fetch_all(missing, folder), start=1):
            if progress is not None:
                progress(done, len(missing))
    for jar in wanted:
        _check(folder / jar.filename, jar)
    return tuple(folder / jar.filename for jar in wanted)


def _fetch_all(jars: list[Jar], folder: Path) -> Iterator[None]:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch, ThreadPoolExecutor(8) as pool:
        yield from pool.map(lambda jar: _fetch(jar, Path(scratch), folder), jars)


def _fetch(jar: Jar, scratch: Path, folder: Path) -> None:
    # jgo.build() would also download a JDK 11, only to sort jars into a module path that is not used here.
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    repository = os.environ.get(MAVEN_URL_VARIABLE, MAVEN_CENTRAL_URL)
    context = MavenContext(repo_cache=scratch, remote_repos={"repository": repository}, timeout=60)
    fetched = Path(context.create_dependency(Coordinate.parse(jar.coordinate)).artifact.resolve())
    _check(fetched, jar)
    fetched.replace(folder / jar.filename)


def _check(path: Path, jar: Jar) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != jar.sha256:
        raise JarRefusedError(
            f"{path}: sha256 {found} 与锁定的 {jar.sha256} 不符,已拒绝使用;请删除该文件后重试 · "
            f"sha256 {found} differs from the pinned {jar.sha256}: refused; delete the file and try again"
        )
