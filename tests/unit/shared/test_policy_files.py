"""A policy as staff write it: every knob is described once, limits hold at both ends, files come back as they were."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from duijie_shared.events.policy import Policy, TiltPolicy, TransportPolicy
from duijie_shared.policy_files import PolicyFileError, policy_of, policy_of_toml, policy_toml
from duijie_shared.policy_knobs import KNOBS, SECTIONS, Knob, KnobChange, changes

LISTS = ("cn-832", "demo")
NUMBERS = [knob for knob in KNOBS if knob.least is not None]
DOCUMENT = Path(__file__).parents[3] / "docs/policy.md"


def settings(knob: Knob, value: object) -> dict[str, dict[str, object]]:
    """A policy that sets one knob."""
    return {knob.section: {knob.name: value}}


def refused(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Field and code of every refusal, each said in both languages."""
    with pytest.raises(PolicyFileError) as found:
        policy_of(given, LISTS)
    assert all(error.zh and error.en for error in found.value.errors)
    return [(error.field, error.code) for error in found.value.errors]


def table() -> list[str]:
    """The table of docs/policy.md: what has to be there, line by line."""
    rows = ["| Knob | Unit | Default | Least | Most | Why |", "|---|---|---|---|---|---|"]
    for knob in KNOBS:
        limits = [str(each) if each is not None else "" for each in (knob.least, knob.most)]
        cells = [f"`{knob.path}`", knob.unit, f"`{knob.default}`", *limits, f"{knob.zh}<br>{knob.en}"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def test_the_document_has_the_table_of_all_knobs() -> None:
    """docs/policy.md says of every knob what the code says of it, and of no other."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("|")] == table()


def test_every_field_of_the_policy_is_a_knob() -> None:
    """With a unit, a why in both languages, and both limits where it is a number; the defaults keep them."""
    fields = [f"{section}.{name}" for section, kind in SECTIONS.items() for name in kind.model_fields]
    assert [knob.path for knob in KNOBS] == fields
    assert set(Policy.model_fields) == {"version", *SECTIONS}
    for knob in KNOBS:
        assert knob.unit
        assert knob.en
        assert re.search("[\u4e00-\u9fff]", knob.zh), knob.path
        assert ((knob.least is None), (knob.most is None)) == (knob.kind == "text",) * 2
    assert policy_of({}, LISTS) == Policy()


@pytest.mark.parametrize("knob", NUMBERS, ids=lambda knob: knob.path)
def test_limits_hold_at_both_ends(knob: Knob) -> None:
    """The least and the most are taken, a little past either is refused by name with both limits."""
    assert knob.least is not None
    assert knob.most is not None
    step = 1 if knob.kind == "integer" else 0.000001
    for good in (knob.least, knob.most):
        assert policy_of(settings(knob, good), LISTS)
        exact = good if knob.kind == "integer" else Decimal(str(good))
        assert policy_of(settings(knob, exact), LISTS)
    for bad in (knob.least - step, knob.most + step):
        assert refused(settings(knob, bad)) == [(knob.path, "out-of-range")]
    with pytest.raises(PolicyFileError) as found:
        policy_of(settings(knob, knob.most + 1), LISTS)
    (error,) = found.value.errors
    assert all(f"{limit}" in error.en and f"{limit}" in error.zh for limit in (knob.least, knob.most))


@pytest.mark.parametrize("value", ["7", True, None, [], {}, float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_refused(value: object) -> None:
    """Text, truth, nothing, lists and what is not finite, for whole and for other numbers."""
    for knob in NUMBERS:
        assert refused(settings(knob, value)) == [(knob.path, f"not-{knob.kind}")]


def test_a_fraction_is_no_whole_number_and_a_whole_one_is_a_number() -> None:
    """5.5 alternatives are none; 60 km/h are 60.0."""
    assert refused({"matching": {"alternatives": Decimal("5.5")}}) == [
        ("matching.alternatives", "not-integer")
    ]
    assert policy_of({"transport": {"speed_km_per_hour": 60}}, LISTS) == Policy()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"tilt": {"bonos": 0.1}}, "tilt.bonos", "tilt.bonus?"),
        ({"bonus": 0.1}, "bonus", "tilt.bonus?"),
        ({"tilted": {}}, "tilted", "tilt?"),
        ({"tilt": {"minimum": 0.1}}, "tilt.minimum", "There are: tilt.designation, tilt.bonus"),
    ],
)
def test_unknown_names_get_a_suggestion(given: dict[str, Any], field: str, words: str) -> None:
    """What was probably meant, or what there is."""
    with pytest.raises(PolicyFileError) as found:
        policy_of(given, LISTS)
    (error,) = found.value.errors
    assert (error.field, error.code) == (field, "unknown-setting")
    assert words in error.en


def test_all_refusals_come_at_once() -> None:
    """Unknown names, sections that are none, limits, lists and versions together."""
    assert refused({"x": 1, "matching": 5, "tilt": {"bonus": 0.6, "designation": "no"}, "version": 0}) == [
        ("x", "unknown-setting"),
        ("matching", "not-a-section"),
        ("version", "not-a-version"),
        ("tilt.designation", "unknown-designation"),
        ("tilt.bonus", "out-of-range"),
    ]


@pytest.mark.parametrize("word", ["assumed", "required"])
def test_a_text_of_a_few_words_takes_those_words(word: str) -> None:
    """Whether the cold chain is assumed or required: both words are taken and written back."""
    policy = policy_of({"matching": {"cold_chain": word}}, LISTS)
    assert policy.matching.cold_chain == word
    assert policy_of_toml(policy_toml(policy).encode(), LISTS) == policy


@pytest.mark.parametrize("word", ["", "Required", "cn-832"])
def test_a_text_of_a_few_words_takes_no_other(word: str) -> None:
    """Not even the code of a county list."""
    assert refused({"matching": {"cold_chain": word}}) == [("matching.cold_chain", "not-an-option")]


def test_a_file_comes_back_as_it_was() -> None:
    """Written and read again every knob has its value, and each is explained in both languages."""
    policy = Policy(
        version=7, tilt=TiltPolicy(designation="demo", bonus=0.1), transport=TransportPolicy(frozen=1e-05)
    )
    written = policy_toml(policy)
    assert policy_of_toml(written.encode(), LISTS) == policy
    assert all(f"# {knob.zh}\n# {knob.en}\n" in written for knob in KNOBS)


@pytest.mark.parametrize("content", [b"[tilt\n", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_what_is_no_toml_is_refused(content: bytes) -> None:
    """Broken syntax, another encoding, a depth that no file has."""
    with pytest.raises(PolicyFileError) as found:
        policy_of_toml(content, LISTS)
    assert [(error.field, error.code) for error in found.value.errors] == [("file", "unreadable")]


def test_changes_name_knobs_and_both_values() -> None:
    """In the order of the knobs; another version alone is no change."""
    old, new = Policy(), Policy(version=2, tilt=TiltPolicy(bonus=0.1), transport=TransportPolicy(detour=2))
    assert changes(old, new) == (
        KnobChange("tilt.bonus", 0.05, 0.1),
        KnobChange("transport.detour", 1.3, 2.0),
    )
    assert changes(old, Policy(version=2)) == ()
