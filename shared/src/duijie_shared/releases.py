"""Which edition of its reference data a release carries: a day, and a digest of the content that it stands for."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import TextIOWrapper
from typing import Literal

from duijie_shared.taxonomy.packs import PACKS
from duijie_shared.taxonomy.units import UNITS

DataSet = Literal["products", "grades", "counties", "designations", "units"]

DIGITS = 12
_FILES: dict[DataSet, tuple[str, tuple[str, ...]]] = {
    "products": ("duijie_shared.taxonomy", ("products.csv", "synonyms.csv", "categories.csv")),
    "grades": (
        "duijie_shared.taxonomy",
        ("grade_schemes.csv", "grades.csv", "grade_limits.csv", "attributes.csv"),
    ),
    "counties": ("duijie_shared.geography", ("counties.csv", "successions.csv")),
    "designations": ("duijie_shared.geography", ("designation_lists.csv", "designations.csv")),
}


@dataclass(frozen=True, slots=True)
class DataEdition:
    """A set of reference data as it was on the day of its last change; equal digests mean equal content."""

    name: DataSet
    released: dt.date
    digest: str

    @property
    def version(self) -> str:
        """Day and digest in one word: `2026-11-23.0123456789ab`."""
        return f"{self.released.isoformat()}.{self.digest}"


@cache
def data_edition(name: DataSet) -> DataEdition:
    """The edition of a set, read once. Raises ValueError when the data changed and `releases.csv` was not told."""
    digest = digest_of(name)
    with (
        files("duijie_shared").joinpath("releases.csv").open("rb") as raw,
        TextIOWrapper(raw, encoding="utf-8", newline="") as file,
    ):
        for row in csv.DictReader(file):
            if (row["name"], row["digest"]) == (name, digest):
                return DataEdition(name, dt.date.fromisoformat(row["released"]), digest)
    raise ValueError(f"releases.csv has no day for {name} {digest}")


def digest_of(name: DataSet) -> str:
    """The digest of a set's content. Files count line by line, so that line ends do not."""
    content = hashlib.sha256()
    if name == "units":
        content.update(repr((UNITS, PACKS)).encode())
    else:
        package, names = _FILES[name]
        for each in names:
            text = files(package).joinpath("data", each).read_text(encoding="utf-8")
            content.update("\n".join(text.splitlines()).encode() + b"\0")
    return content.hexdigest()[:DIGITS]
