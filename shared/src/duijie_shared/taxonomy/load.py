"""Reading the taxonomy's CSV files, which travel inside the package."""

from __future__ import annotations

import csv
from importlib.resources import files
from io import TextIOWrapper
from typing import TYPE_CHECKING, cast

from duijie_shared.taxonomy.grades import Grade, GradeScheme, ranks_by_word
from duijie_shared.taxonomy.model import Category, Dimension, Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duijie_shared.events.base import Temperature


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of `taxonomy/data/<name>`, as their header names them."""
    path = files("duijie_shared.taxonomy").joinpath("data", name)
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _words(text: str, separator: str) -> tuple[str, ...]:
    return tuple(text.split(separator)) if text else ()


def _number(text: str) -> int | None:
    return int(text) if text else None


def load_categories() -> tuple[Category, ...]:
    """`categories.csv`, in the file's order."""
    return tuple(
        Category(row["path"], row["name_zh"], row["name_en"], _words(row["synonyms"], "|"))
        for row in rows("categories.csv")
    )


def load_products() -> tuple[Product, ...]:
    """`products.csv` with `synonyms.csv`, in the order of the products' codes."""
    synonyms: dict[tuple[str, str], list[str]] = {}
    for row in rows("synonyms.csv"):
        synonyms.setdefault((row["slug"], row["language"]), []).append(row["text"])
    return tuple(
        Product(
            code=row["code"],
            slug=row["slug"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            category=row["category"],
            parent=row["parent"] or None,
            family=row["family"],
            dimension=cast("Dimension", row["dimension"]),
            pricing_unit=row["pricing_unit"],
            grams_per_piece=_number(row["grams_per_piece"]),
            temperature=cast("Temperature", row["temperature"]),
            shelf_life_days=_number(row["shelf_life_days"]),
            max_transport_hours=_number(row["max_transport_hours"]),
            harvest_months=tuple(int(month) for month in _words(row["harvest_months"], ";")),
            synonyms_zh=tuple(synonyms.get((row["slug"], "zh"), ())),
            synonyms_en=tuple(synonyms.get((row["slug"], "en"), ())),
            status=row["status"],
        )
        for row in rows("products.csv")
    )


def load_grade_schemes() -> tuple[GradeScheme, ...]:
    """`grade_schemes.csv` with the grades of `grades.csv`, best grade first."""
    grades: dict[str, list[Grade]] = {}
    for row in rows("grades.csv"):
        grades.setdefault(row["scheme"], []).append(
            Grade(row["grade"], row["name_zh"], row["name_en"], int(row["ordinal"]), int(row["rank"]))
        )
    return tuple(
        GradeScheme(
            code=row["scheme"],
            authority=row["authority"],
            standard=row["standard"],
            title=row["title"],
            products=_words(row["products"], ";"),
            standard_status=row["standard_status"],
            names_status=row["names_status"],
            source=row["source"],
            note=row["note"],
            grades=(ordered := tuple(sorted(grades[row["scheme"]], key=lambda grade: grade.ordinal))),
            _ranks=ranks_by_word(ordered),
        )
        for row in rows("grade_schemes.csv")
    )
