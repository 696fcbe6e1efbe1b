"""Fictional parties: named after county and product and marked 演示, with codes that no authority gives out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duijie_shared.events.base import PartyKind
    from duijie_shared.geography import County

MARK: Final = "演示"
DIVISION: Final = "999999"
"""No administrative division: the codes below cannot be anybody's."""

PREFIX: Final = {
    "producer": "p", "buyer": "b", "processor": "f", "storage": "s", "carrier": "c", "site": "v",
}  # fmt: skip

_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SUBJECT_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Party:
    """One row of `parties.csv`."""

    row_key: str
    name: str
    kind: PartyKind
    uscc: str
    county: str
    latitude: str
    longitude: str
    contact: str


class Register:
    """The parties made so far; keys count up within a kind, names are unique."""

    def __init__(self) -> None:
        self.parties: list[Party] = []
        self._names: dict[str, int] = {}
        self._kinds: dict[str, int] = {}

    def add(self, kind: PartyKind, name: str, county: County, *, registered: bool = True) -> Party:
        """A new party in a county; one that is not registered (a household) has no credit code."""
        number = self._kinds[kind] = self._kinds.get(kind, 0) + 1
        repeat = self._names[name] = self._names.get(name, 0) + 1
        key = f"{PREFIX[kind]}-{number:04d}"
        party = Party(
            row_key=key,
            name=f"{name}（{MARK}{repeat if repeat > 1 else ''}）",
            kind=kind,
            uscc=credit_code(len(self.parties) + 1) if registered else "",
            county=county.code,
            latitude="",
            longitude="",
            contact=f"{key}@demo.invalid",
        )
        self.parties.append(party)
        return party

    def rows(self) -> list[dict[str, str]]:
        """The parties as rows of the file."""
        return [{name: str(value) for name, value in asdict(party).items()} for party in self.parties]


def credit_code(number: int) -> str:
    """A unified social credit code (GB 32100) whose check digits are right and whose registration is fictional.

    Authority Y (other), division 999999 (there is none), subject DEM0 and four digits, with the check
    character of GB 11714; then that of GB 32100.
    """
    subject = f"DEM0{number:04d}"
    values = (int(char, 36) for char in subject)
    rest = 11 - sum(weight * value for weight, value in zip(_SUBJECT_WEIGHTS, values, strict=True)) % 11
    body = f"Y1{DIVISION}{subject}{'X' if rest == 10 else rest % 11}"
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + _USCC_ALPHABET[-total % 31]
