"""Reading the CSV files that travel inside the package."""

from __future__ import annotations

import csv
from importlib.resources import files
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of `geography/data/<name>`, as their header names them."""
    path = files("duijie_shared.geography").joinpath("data", name)
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def number(text: str) -> int | None:
    """An integer, or None for an empty cell."""
    return int(text) if text else None
