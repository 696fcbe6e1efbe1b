"""Jars are fetched once, checked always."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from duijie_local.embedded.jars import Jar, JarRefusedError, ensure_jars, pinned_jars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = b"the bytes of a jar"


class Repository:
    """A Maven repository on this machine that counts what it served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.served: list[str] = []
        repository = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                repository.served.append(self.path)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, artifact: str, content: bytes) -> Jar:
        """Serve `content` as the artifact; the pin is that of GOOD."""
        folder = self.folder / "org" / "example" / artifact / "1.0"
        folder.mkdir(parents=True)
        (folder / f"{artifact}-1.0.jar").write_bytes(content)
        return Jar(f"org.example:{artifact}:1.0", hashlib.sha256(GOOD).hexdigest())

    def jars_served(self) -> int:
        return sum(path.endswith(".jar") for path in self.served)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    repository = Repository(tmp_path / "repository")
    monkeypatch.setenv("DUIJIE_MAVEN_URL", f"http://127.0.0.1:{repository.server.server_port}")
    yield repository
    repository.server.shutdown()
    repository.server.server_close()


def test_a_jar_is_fetched_once_and_then_taken_from_the_cache(repository: Repository, tmp_path: Path) -> None:
    """The second start asks the repository for nothing."""
    jar = repository.add("good", GOOD)
    counted: list[tuple[int, int]] = []
    (path,) = ensure_jars((jar,), tmp_path / "cache", lambda done, total: counted.append((done, total)))
    assert path.read_bytes() == GOOD
    assert counted == [(1, 1)]
    served = repository.jars_served()
    assert ensure_jars((jar,), tmp_path / "cache") == (path,)
    assert repository.jars_served() == served == 1


def test_a_fetched_jar_with_other_bytes_is_refused_and_not_kept(
    repository: Repository, tmp_path: Path
) -> None:
    """The repository's bytes differ from the pin: refused, and the cache stays empty."""
    jar = repository.add("forged", GOOD + b"!")
    with pytest.raises(JarRefusedError, match=jar.sha256):
        ensure_jars((jar,), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cached_jar_with_other_bytes_is_refused(repository: Repository, tmp_path: Path) -> None:
    """A jar changed in the cache after it was fetched is refused too."""
    jar = repository.add("good", GOOD)
    (path,) = ensure_jars((jar,), tmp_path / "cache")
    path.write_bytes(GOOD + b"!")
    with pytest.raises(JarRefusedError, match=r"good-1\.0\.jar"):
        ensure_jars((jar,), tmp_path / "cache")


def test_copies_that_start_at_once_share_one_cache(repository: Repository, tmp_path: Path) -> None:
    """Eight concurrent starts all end with whole, verified jars and nothing else in the cache."""
    jars = tuple(repository.add(f"part{number}", GOOD) for number in range(5))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: ensure_jars(jars, tmp_path / "cache"), range(8)))
    assert len(set(results)) == 1
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == sorted(
        jar.filename for jar in jars
    )


def test_the_lock_file_pins_the_broker_and_what_it_needs() -> None:
    """Every jar has a sha256 of its own and the broker's own jar is among them."""
    jars = pinned_jars()
    assert "org.apache.kafka:kafka_2.13:4.3.1" in {jar.coordinate for jar in jars}
    assert len({jar.filename for jar in jars}) == len({jar.sha256 for jar in jars}) == len(jars) > 40
    assert all(len(jar.sha256) == 64 for jar in jars)
