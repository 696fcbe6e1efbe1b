"""A buyer's own scheme: held to the rules of the others, refused field by field."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.own_schemes import SchemeRefusedError, own_scheme
from hypothesis import given
from hypothesis import strategies as st

BODY: dict[str, Any] = {
    "code": "fresh-mart-apple",
    "title": "Fresh Mart apples",
    "products": ["苹果"],
    "grades": [
        {
            "code": "A",
            "name_zh": "甲",
            "name_en": "Prime",
            "rank": 5,
            "limits": {"brix": 14, "defect_pct": 2},
        },
        {"code": "B", "rank": 3, "limits": {"brix": 12.5, "defect_pct": 5}},
        {"code": "C", "rank": 2},
    ],
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The body with the field at a dotted path set; `...` takes it away."""
    body = deepcopy(BODY)
    at: Any = body
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    key: Any = int(last) if isinstance(at, list) else last
    if value is ...:
        del at[key]
    else:
        at[key] = value
    return body


def refused(body: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(SchemeRefusedError) as caught:
        own_scheme(body)
    assert all(problem.zh and problem.en for problem in caught.value.problems)
    return [(problem.field, problem.code) for problem in caught.value.problems]


def test_words_and_measurements_reach_the_common_scale() -> None:
    """By code, by name in either language, and by what was measured; varieties of the product included."""
    scheme = own_scheme(BODY)
    fuji, pear = taxonomy().product("fuji_apple"), taxonomy().product("pear")
    assert [scheme.rank(word, fuji) for word in ("A", "甲", "prime", "B", "c", "D")] == [5, 5, 5, 3, 2, None]
    assert scheme.rank("A", pear) is None
    lots = [(14, 2), (13.9, 2), (14, 2.1), (12.5, 5), (12.4, 5), (12.5, 5.1)]
    answers = [scheme.grade({"brix": brix, "defect_pct": defects}, fuji) for brix, defects in lots]
    assert [answer.grade for answer in answers] == ["A", "B", "B", "B", "C", "C"]
    assert {answer.status for answer in answers} == {"planning"}


@pytest.mark.parametrize(
    ("measurements", "slug", "code"),
    [
        ({"brix": 14}, "apple", "missing"),
        ({"brix": 14, "defect_pct": 2, "shine": 1}, "apple", "unknown-attribute"),
        ({"brix": 14, "defect_pct": 2}, "pear", "no-limits"),
    ],
)
def test_what_it_does_not_know_goes_to_review(measurements: dict[str, object], slug: str, code: str) -> None:
    """As with every scheme: no rank, and why."""
    answer = own_scheme(BODY).grade(measurements, taxonomy().product(slug))
    assert (answer.rank, answer.review, answer.reasons[0].code) == (None, True, code)


def test_a_scheme_of_words_alone_measures_nothing() -> None:
    """Classes without any limits are fine; a lot is then for review."""
    body = deepcopy(BODY)
    for grade in body["grades"]:
        grade.pop("limits", None)
    scheme = own_scheme(body)
    assert scheme.rank("B", taxonomy().product("apple")) == 3
    assert scheme.grade({"brix": 20}, taxonomy().product("apple")).review


@given(
    st.tuples(st.floats(0, 60), st.floats(0, 60)).map(sorted),
    st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted),
)
def test_it_is_monotone_too(brix: list[float], defects: list[float]) -> None:
    """More sugar and fewer defects never lower the grade."""
    scheme, apple = own_scheme(BODY), taxonomy().product("apple")
    worse = scheme.grade({"brix": brix[0], "defect_pct": defects[1]}, apple)
    better = scheme.grade({"brix": brix[1], "defect_pct": defects[0]}, apple)
    assert (better.rank or 0) >= (worse.rank or 0)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("code", ..., ("code", "required")),
        ("code", "x", ("code", "bad-code")),
        ("code", "x" * 41, ("code", "bad-code")),
        ("code", "my scheme", ("code", "bad-code")),
        ("code", "cn_nyt_1066", ("code", "bad-code")),
        ("title", "", ("title", "required")),
        ("title", "x" * 61, ("title", "bad-text")),
        ("title", 5, ("title", "bad-text")),
        ("products", [], ("products", "required")),
        ("products", "apple", ("products", "required")),
        ("products", ["apple"] * 51, ("products", "required")),
        ("products", ["apple", "水果"], ("products.1", "unknown-product")),
        ("grades", [], ("grades", "required")),
        ("grades", [{"code": f"g{i}", "rank": 1} for i in range(11)], ("grades", "required")),
        ("grades.1", "B", ("grades.1", "bad-grade")),
        ("grades.1.code", "a", ("grades.1.code", "repeated")),
        ("grades.1.code", ..., ("grades.1.code", "required")),
        ("grades.1.rank", 6, ("grades.1.rank", "bad-rank")),
        ("grades.1.rank", 0, ("grades.1.rank", "bad-rank")),
        ("grades.1.rank", True, ("grades.1.rank", "bad-rank")),
        ("grades.1.rank", 3.0, ("grades.1.rank", "bad-rank")),
        ("grades.2.rank", 4, ("grades.2.rank", "rank-rises")),
        ("grades.0.limits", ..., ("grades.0.limits", "required")),
        ("grades.1.limits", [1], ("grades.1.limits", "bad-limits")),
        ("grades.1.limits.brix", 14.1, ("grades.1.limits.brix", "stricter")),
        ("grades.1.limits.defect_pct", 1.9, ("grades.1.limits.defect_pct", "stricter")),
        ("grades.1.limits.decay_pct", 1, ("grades.1.limits.decay_pct", "stricter")),
        ("grades.1.limits.shine", 1, ("grades.1.limits.shine", "unknown-attribute")),
        ("grades.1.limits.brix", 60.1, ("grades.1.limits.brix", "out-of-range")),
        ("grades.1.limits.brix", "12", ("grades.1.limits.brix", "out-of-range")),
        ("grades.1.limits.brix", -0.1, ("grades.1.limits.brix", "out-of-range")),
    ],
)
def test_each_field_is_refused_by_its_path(path: str, value: object, problem: tuple[str, str]) -> None:
    """One thing wrong, and it is named."""
    assert problem in refused(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("code", "x1"),
        ("code", "x" * 40),
        ("title", "x" * 60),
        ("products", ["apple"] * 50),
        ("grades.1.rank", 5),
        ("grades.2.rank", 3),
        ("grades.1.limits.brix", 14),
        ("grades.1.limits.brix", 0),
        ("grades.1.limits", ...),
    ],
)
def test_the_right_side_of_the_limits(path: str, value: object) -> None:
    """Equal ranks, equal limits, the longest names."""
    assert own_scheme(changed(path, value)).scheme.authority == "buyer"
