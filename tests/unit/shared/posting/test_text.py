"""Words are read in one form, and what could deceive a reader or break a store is refused by name."""

from __future__ import annotations

import pytest
from duijie_shared.posting import PostingError, parse_party
from hypothesis import given
from hypothesis import strategies as st
from postings import OFFER, Source, an_offer, fields, refusals

HOSTILE = {
    "bidi override": "\u202eabc",
    "bidi isolate": "a\u2066b",
    "arabic letter mark": "a\u061cb",
    "zero width space": "a\u200bb",
    "word joiner": "a\u2060b",
    "soft hyphen": "a\u00adb",
    "byte order mark inside": "a\ufeffb",
    "tag character": "a\U000e0041b",
    "NUL": "a\0b",
    "escape": "a\x1b[31mb",
    "C1 control": "a\u0090b",
    "lone surrogate": "a\ud800b",
    "private use": "a\ue000b",
    "noncharacter": "a\uffffb",
    "line separator": "a\u2028b",
}


def a_party(**changes: object) -> object:
    return parse_party({"name": "威宁示例合作社", "kind": "producer", **changes}, source="json")


@pytest.mark.parametrize("source", ["json", "text"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hidden_and_turning_characters_are_refused(source: Source, text: str) -> None:
    """In a note as in a list, in a file as in JSON; the answer itself is clean (see `refusals`)."""
    with pytest.raises(PostingError) as caught:
        an_offer(source, note=text, certificates=text)
    assert refusals(caught.value) == [("certificates", "bad-characters"), ("note", "bad-characters")]


@pytest.mark.parametrize(
    "text",
    [
        "土豆 (威芋3号)",
        "ئۇيغۇرچە",
        "བོད་ཡིག",
        "𰻝𰻝面",
        "\U00031350",
        "👨\u200d🌾 日晒",
        "<b>'\"; DROP TABLE",
        "=1+1",
        "한국",
    ],
)
def test_every_script_and_emoji_is_text(text: str) -> None:
    """Rare name characters, Uyghur, Tibetan, joined emoji; what a page or a formula makes of it is its affair."""
    assert an_offer(note=text).note == text


def test_text_is_kept_in_one_normal_form() -> None:
    """Composed and decomposed spellings are one word (NFC), blanks around it do not count."""
    decomposed, composed = "cafe\u0301", "caf\u00e9"
    assert an_offer(note=f"  {decomposed} ").note == composed
    assert an_offer(certificates=[decomposed, composed]).certificates == (composed,)


@pytest.mark.parametrize(
    ("field", "kept"), [("note", True), ("certificates", False), ("grade_scheme", False)]
)
def test_line_breaks_belong_in_notes_alone(field: str, kept: bool) -> None:
    """Elsewhere a line break would forge a line in a log or a table."""
    if kept:
        assert an_offer(note="一\n二\t三").note == "一\n二\t三"
        return
    with pytest.raises(PostingError) as caught:
        an_offer(**{field: "a\nb"})
    assert refusals(caught.value) == [(field, "bad-characters")]


@pytest.mark.parametrize(
    ("field", "longest"), [("note", 2000), ("certificates", 60), ("name", 200), ("contact", 200)]
)
def test_text_has_a_greatest_length(field: str, longest: int) -> None:
    """The last length that fits and the first that does not; combining marks count as what they are."""
    make = a_party if field in {"name", "contact"} else an_offer
    make(**{field: "字" * longest})
    make(**{field: "e" + "\u0301" * longest})
    for text in ("字" * (longest + 1), "e" + "\u0302\u0301" * longest):
        with pytest.raises(PostingError) as caught:
            make(**{field: text})
        assert refusals(caught.value) == [(field, "too-long")]


@pytest.mark.parametrize("value", [True, 1.5, ["a"], {"a": 1}])
def test_what_is_no_text_is_refused(value: object) -> None:
    """In JSON a note is a string; nothing is turned into one behind the poster's back."""
    with pytest.raises(PostingError) as caught:
        an_offer(note=value)
    assert refusals(caught.value) == [("note", "not-text")]


def test_codes_sent_as_integers_mean_the_same() -> None:
    """A county code, a grade and a product's code are digits: 520526 and "520526" are one county."""
    assert an_offer(county=520526, grade=4) == an_offer(county="520526", grade="4")
    with pytest.raises(PostingError) as caught:
        an_offer(grade=10**5000)
    assert refusals(caught.value) == [("grade", "not-text")]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("绿色; 有机 ;;green", ("green", "organic")),
        ("绿色；有机", ("green", "organic")),
        (["有机", "绿色", ""], ("green", "organic")),
        ("GI;Halal", ("gi", "halal")),
        ("", ()),
        ([], ()),
        ([str(n) for n in range(100)], tuple(sorted(str(n) for n in range(100)))),
    ],
)
def test_a_list_is_an_array_or_parts_between_semicolons(value: object, found: tuple[str, ...]) -> None:
    """Known certificates by their short name, each once, sorted, up to a hundred."""
    assert an_offer(certificates=value).certificates == found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "not-a-list"),
        ({"a": 1}, "not-a-list"),
        ([str(n) for n in range(101)], "not-a-list"),
        ([True], "not-text"),
        ([None], "not-text"),
        ([["green"]], "not-text"),
    ],
)
def test_what_is_no_list_of_words_is_refused(value: object, code: str) -> None:
    """A number, an object, too many, a flag or a null or a list in the list."""
    with pytest.raises(PostingError) as caught:
        an_offer(certificates=value)
    assert refusals(caught.value) == [("certificates", code)]


@pytest.mark.parametrize("name", ["price", "id", "status", "score", "verified", "row_key", "grade "])
def test_an_unknown_field_is_refused_by_its_name(name: str) -> None:
    """Also one that the answer has, and one that is nearly right: nothing is silently dropped."""
    with pytest.raises(PostingError) as caught:
        an_offer(**{name: "x"})
    assert refusals(caught.value) == [(name, "unknown")]


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "\u202e", "x" * 100_000, ""])
def test_an_unknown_field_with_a_hostile_name_can_still_be_answered(name: str) -> None:
    """Odd characters are escaped and long names cut: the refusal can be sent, logged and shown."""
    with pytest.raises(PostingError) as caught:
        an_offer(**{name: "x"})
    ((field, code),) = refusals(caught.value)
    assert code == "unknown"
    assert len(field) < 100
    assert field.isprintable()


def test_a_million_unknown_fields_make_a_short_answer() -> None:
    """Enough to see what is wrong, not an answer that is larger than the question."""
    with pytest.raises(PostingError) as caught:
        an_offer(**{f"f{n}": 1 for n in range(10_000)})
    assert len(caught.value.errors) == 50


def test_all_faults_are_named_at_once() -> None:
    """A poster mends a form once, not field by field."""
    with pytest.raises(PostingError) as caught:
        an_offer(product="rocks", quantity=-1, unit=..., county="999999", available_to="soon", extra=1)
    assert sorted(refusals(caught.value)) == [
        ("available_to", "not-a-date"),
        ("county", "unknown-county"),
        ("extra", "unknown"),
        ("product", "unknown-product"),
        ("quantity", "too-small"),
        ("unit", "required"),
    ]


@given(
    st.dictionaries(
        st.sampled_from([*OFFER, "note", "certificates", "latitude", "longitude", "temperature", "min_lot"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
            ),
        ),
    ),
    st.sampled_from(["json", "text"]),
)
def test_whatever_is_posted_is_accepted_or_refused(changes: dict[str, object], source: Source) -> None:
    """No posting ends in another error: every value of every field, of every type, alone or together."""
    if source == "text":
        changes = {name: value for name, value in changes.items() if isinstance(value, str)}
    refused: set[str] = set()
    try:
        an_offer(source, **changes)
    except PostingError as error:
        refused = {field for field, _ in refusals(error)}
    assert refused <= {*fields(OFFER, source, changes), "county", "latitude", "longitude"}
