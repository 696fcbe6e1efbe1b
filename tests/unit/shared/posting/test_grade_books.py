"""Buyers' own schemes and what staff have mapped: known to a posting through the book that it is read with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from duijie_shared.posting import OrderTerms, PostingError, parse_demand, parse_offer
from duijie_shared.posting.errors import UnknownGrade
from duijie_shared.taxonomy.own_schemes import OwnScheme, own_scheme
from postings import DEMAND, OFFER, TODAY, fields, refusals

PINNED = "own:00000000-0000-0000-0000-000000000007/fresh-potato@2"
OWN: dict[str, object] = {
    "code": "fresh-potato",
    "title": "鲜薯收购标准",
    "products": ["potato"],
    "grades": [
        {"code": "A", "rank": 5, "limits": {"unit_weight_g": 200}},
        {"code": "B", "rank": 2, "limits": {"unit_weight_g": 80}},
    ],
}


@dataclass
class Book:
    """One buyer's scheme, and mappings as given."""

    mappings: dict[UnknownGrade, int] = field(default_factory=dict)

    def own(self, reference: str) -> tuple[str, OwnScheme] | None:
        """The scheme, under two references."""
        return (PINNED, own_scheme(OWN)) if reference in {"own:first/fresh-potato", PINNED} else None

    def mapped(self, unknown: UnknownGrade) -> int | None:
        """What was given."""
        return self.mappings.get(unknown)


def offer(book: Book | None, **changes: Any) -> OrderTerms:
    """The terms of an offer read with a book."""
    return parse_offer(fields(OFFER, "json", changes), source="json", today=TODAY, grades=book)


def refused(book: Book | None, **changes: Any) -> PostingError:
    """Why an offer is refused."""
    with pytest.raises(PostingError) as error:
        offer(book, **changes)
    assert refusals(error.value)
    return error.value


@pytest.mark.parametrize("reference", ["own:first/fresh-potato", PINNED])
def test_a_class_of_a_buyers_scheme_has_the_rank_that_the_buyer_gave(reference: str) -> None:
    """And the order keeps the reference to the version under which it was posted."""
    terms = offer(Book(), grade_scheme=reference, grade="b")
    assert (terms.grade, terms.grade_scheme, terms.posted_grade) == (2, PINNED, "b")
    demand = parse_demand(
        fields(DEMAND, "json", {"grade_scheme": reference, "min_grade": "A"}),
        source="json",
        today=TODAY,
        grades=Book(),
    )
    assert (demand.grade, demand.grade_scheme) == (5, PINNED)


@pytest.mark.parametrize(("grams", "rank"), [(200, 5), (199, 2), (80, 2)])
def test_measurements_earn_a_class_of_a_buyers_scheme(grams: int, rank: int) -> None:
    """Both sides of a limit."""
    terms = offer(Book(), grade_scheme=PINNED, grade=..., measurements={"unit_weight_g": grams})
    assert (terms.grade, terms.measurements) == (rank, (f"unit_weight_g={grams}",))


def test_a_class_better_than_measured_is_refused() -> None:
    """Also in a buyer's scheme."""
    error = refused(Book(), grade_scheme=PINNED, grade="A", measurements={"unit_weight_g": 199})
    assert refusals(error) == [("grade", "better-than-measured")]


@pytest.mark.parametrize("book", [None, Book()])
def test_a_reference_that_names_no_scheme_is_a_slip_and_nothing_to_map(book: Book | None) -> None:
    """Unknown with a book and without; staff have nothing to decide."""
    error = refused(book, grade_scheme="own:first/other", grade="A")
    assert refusals(error) == [("grade_scheme", "unknown-scheme")]
    assert error.unknown_grade is None


@pytest.mark.parametrize(
    ("changes", "refusal", "unknown"),
    [
        (
            {"grade_scheme": "本地标准", "grade": "头货"},
            ("grade_scheme", "unknown-scheme"),
            UnknownGrade("本地标准", "头货", (), "potato"),
        ),
        ({"grade": "头货"}, ("grade", "unknown-grade"), UnknownGrade("", "头货", (), "potato")),
        (
            {"grade_scheme": "cn trade", "grade": "头货"},
            ("grade", "unknown-grade"),
            UnknownGrade("CN_TRADE", "头货", (), "potato"),
        ),
        (
            {"grade_scheme": PINNED, "grade": "头货"},
            ("grade", "unknown-grade"),
            UnknownGrade(PINNED, "头货", (), "potato"),
        ),
        (
            {"grade_scheme": PINNED, "grade": ..., "measurements": {"unit_weight_g": 79}},
            ("measurements", "not-graded"),
            UnknownGrade(PINNED, "", ("unit_weight_g=79",), "potato"),
        ),
        (
            {"grade_scheme": "本地标准", "grade": ..., "measurements": {"unit_weight_g": 79}},
            ("grade_scheme", "unknown-scheme"),
            UnknownGrade("本地标准", "", ("unit_weight_g=79",), "potato"),
        ),
    ],
)
def test_what_is_unknown_is_named_refused_and_taken_once_it_is_mapped(
    changes: dict[str, Any], refusal: tuple[str, str], unknown: UnknownGrade
) -> None:
    """The refusal names what staff would have to place; with its place known the same posting has that rank."""
    error = refused(Book(), **changes)
    assert refusals(error) == [refusal]
    assert error.unknown_grade == unknown
    assert offer(Book({unknown: 3}), **changes).grade == 3
    other = UnknownGrade(unknown.scheme, unknown.grade, unknown.measurements, "tomato")
    assert refusals(refused(Book({other: 3}), **changes)) == [refusal]


def test_an_unknown_scheme_without_a_class_is_refused_too() -> None:
    """A demand may leave its grade out, but not name a scheme that nobody knows."""
    with pytest.raises(PostingError) as error:
        parse_demand(
            fields(DEMAND, "json", {"grade_scheme": "本地标准", "min_grade": ...}),
            source="json",
            today=TODAY,
            grades=Book(),
        )
    assert refusals(error.value) == [("grade_scheme", "unknown-scheme")]
    assert error.value.unknown_grade is None


def test_what_another_field_refuses_still_names_the_unknown_grade() -> None:
    """Staff hear of the grade though the quantity is wrong too; a grade that is known names nothing."""
    assert refused(Book(), grade="头货", quantity=-1).unknown_grade == UnknownGrade("", "头货", (), "potato")
    assert refused(Book(), quantity=-1).unknown_grade is None
    assert refused(Book(), grade="头货", product="no such product").unknown_grade is None
