"""`duijie simulate` on files: what it prints, writes and refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from duijie_local.main import build
from typer.testing import CliRunner, Result

OFFERS = """row_key,party,product,grade,quantity,unit,ask_price,county,available_from,available_to
o1,p,potato,4,30,t,1800,520526,2026-11-25,2027-01-20
o2,q,土豆,4,20000,kg,1.5,370783,2026-11-25,2027-01-20
o3,q,garlic,5,8000,斤,3.1,371728,2026-11-25,2027-01-20
"""
DEMANDS = """row_key,party,product,min_grade,quantity,unit,bid_price,county,needed_from,needed_to
d1,b,potato,3,40000,斤,2.4,310115,2026-11-25,2027-02-20
d2,c,garlic,4,3000,kg,9.0,440106,2026-11-25,2027-02-20
"""
DAYS = ("--from", "2026-12-01", "--to", "2026-12-03")
HIGH, NONE = "[tilt]\nbonus = 0.5\n", "[tilt]\nbonus = 0.0\n"

Simulate = Callable[..., Result]


@pytest.fixture
def simulate(tmp_path: Path) -> Simulate:
    """Run the command on the two files and a policy, with further arguments."""

    def run(
        *arguments: str,
        policy: str = HIGH,
        days: tuple[str, ...] = DAYS,
        offers: str = OFFERS,
        demands: str = DEMANDS,
    ) -> Result:
        for name, text in (("offers.csv", offers), ("demands.csv", demands), ("policy.toml", policy)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        files = ["--offers", str(tmp_path / "offers.csv"), "--demands", str(tmp_path / "demands.csv")]
        policies = ["--policy", str(tmp_path / "policy.toml")]
        return CliRunner().invoke(build(), ["simulate", *days, *policies, *files, *arguments])

    return run


def item(result: Result) -> dict[str, Any]:
    """The one line of `--json`."""
    assert result.exit_code == 0, result.stderr
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def plain(result: Result) -> str:
    """Standard output without the lines of its tables."""
    assert result.exit_code == 0, result.stderr
    return " ".join(re.sub(r"[^\w★+,.%\- ]", " ", result.stdout).split())


def test_a_higher_bonus_moves_trade_to_the_designated_county(simulate: Simulate, tmp_path: Path) -> None:
    """Weining sells the 20 t that Shouguang sold; each CNY that it gains has its price in welfare."""
    baseline = tmp_path / "baseline.toml"
    baseline.write_text(NONE, encoding="utf-8")
    found = item(simulate("--baseline", str(baseline), "--json"))
    assert (found["from"], found["to"], found["unchanged"]) == ("2026-12-01", "2026-12-03", False)
    assert found["baseline"]["cleared"]["kg"] == {"quantity": 23_000, "designated": 0, "tilt_share": 0.0}
    assert found["policy"]["cleared"]["kg"]["designated"] == 20_000
    assert found["policy"]["tilt_share"] == pytest.approx(96_000 / (96_000 + 27_000), abs=1e-6)
    price = found["policy"]["price_of_priority"]
    assert price == pytest.approx(-found["difference"]["welfare"])
    assert price > 0
    assert found["policy"]["price_per_designated_value"] == pytest.approx(price / 96_000, abs=1e-6)
    sellers = [row for row in found["counties"] if row["side"] == "offer"]
    assert [(row["county"], row["designated"], row["difference"]["value"]) for row in sellers] == [
        ("520526", True, 96_000),
        ("371728", False, 0),
        ("370783", False, -96_000),
    ]


def test_the_present_policy_changes_nothing(simulate: Simulate, tmp_path: Path) -> None:
    """Beside itself, under another version, every difference is zero, and so it is beside the default it leaves out."""
    baseline = tmp_path / "baseline.toml"
    baseline.write_text("version = 7\n" + HIGH, encoding="utf-8")
    for found in (
        item(simulate("--baseline", str(baseline), "--json")),
        item(simulate("--json", policy="")),
    ):
        assert found["unchanged"]
        assert {**found["baseline"], "policy": 0} == {**found["policy"], "policy": 0}
        differences = [found["difference"], *(row["difference"] for row in found["counties"])]
        for difference in differences:
            cleared = difference.pop("cleared")
            assert set(difference.values()) == {0}
            assert {amount for each in cleared.values() for amount in each.values()} == {0}
    assert "very same" in plain(simulate(policy=""))


def test_the_same_input_gives_the_same_bytes(simulate: Simulate, tmp_path: Path) -> None:
    """Line and page, whatever the order of the rows."""
    head, *rows = OFFERS.splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    one, other = tmp_path / "one.html", tmp_path / "other.html"
    first = simulate("--json", "--html", str(one))
    second = simulate("--json", "--html", str(other), offers=turned)
    assert first.stdout == second.stdout
    assert one.read_bytes() == other.read_bytes()


class Page(HTMLParser):
    """What a page would fetch, its elements and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element, and what it points to outside the page."""
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"} and not (value or "").startswith(("#", "data:")):
                self.fetched.append(value or "")

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words += data


def test_the_page_needs_nothing_beside_it(simulate: Simulate, tmp_path: Path) -> None:
    """Three charts inside, no script, nothing to fetch; both languages, names of counties, a star for the designated."""
    file = tmp_path / "page.html"
    assert simulate("--html", str(file)).exit_code == 0
    text = file.read_text("utf-8")
    page = Page(text)
    assert page.fetched == []
    assert "@import" not in text
    assert "url(http" not in text
    assert "script" not in page.tags
    assert page.tags.count("svg") == 3
    for words in (
        "政策模拟",
        "Policy simulation",
        "★ 威宁彝族回族苗族自治县",
        "寿光市",
        "tilt.bonus",
        "0.05",
        "0.5",
    ):
        assert words in page.words, words


def test_a_page_of_no_change_and_of_no_orders(simulate: Simulate, tmp_path: Path) -> None:
    """Neither has counties to draw; both are pages all the same."""
    file = tmp_path / "page.html"
    assert simulate("--html", str(file), policy="").exit_code == 0
    assert "very same" in file.read_text("utf-8")
    assert simulate("--html", str(file), offers=OFFERS.splitlines()[0] + "\n").exit_code == 0
    assert Page(file.read_text("utf-8")).tags.count("svg") == 1


def test_people_see_totals_winners_and_losers(simulate: Simulate) -> None:
    """The designated winner carries the star, the loser none; both with what they sold and what changed."""
    told = plain(simulate())
    assert "★ 威宁彝族回族苗族自治县 520526 0 96,000 +96,000 +20,000 kg" in told
    assert "寿光市 370783 96,000 0 -96,000 -20,000 kg" in told
    assert "★ 寿光市" not in told
    assert "price of priority" in told


@pytest.mark.parametrize(("day", "lines"), [("2026-11-01", 2), ("2027-01-20", 2), ("2027-01-21", 0)])
def test_windows_decide_what_a_day_has(simulate: Simulate, day: str, lines: int) -> None:
    """What opens later is planned ahead; the last day of a window counts, the day after it does not."""
    assert item(simulate("--json", days=("--from", day, "--to", day)))["policy"]["lines"] == lines


@pytest.mark.parametrize(
    ("days", "named"),
    [
        (("--from", "2026-12-03", "--to", "2026-12-02"), "before the first"),
        (("--from", "2026-12-01", "--to", "2027-12-02"), "366 at the most"),
        (("--from", "soon", "--to", "2026-12-02"), "--from"),
        (("--from", "2026-12-01", "--to", "2026-02-30"), "--to"),
    ],
)
def test_days_that_are_no_period_are_refused(simulate: Simulate, days: tuple[str, ...], named: str) -> None:
    """In both languages, with status 1 and nothing printed."""
    result = simulate(days=days)
    assert (result.exit_code, result.stdout) == (1, "")
    assert named in result.stderr
    assert re.search(r"[\u4e00-\u9fff]", result.stderr)


def test_what_files_and_policies_say_wrong_is_named(simulate: Simulate) -> None:
    """Cells by row and column, settings by name; status 1."""
    bad_row = simulate(offers=OFFERS.replace("8000,斤", "-5,斤"))
    assert (bad_row.exit_code, bad_row.stdout) == (1, "")
    assert "row 4" in bad_row.stderr
    bad_policy = simulate(policy="[tilt]\nbonos = 1\n")
    assert (bad_policy.exit_code, bad_policy.stdout) == (1, "")
    assert "tilt.bonos" in bad_policy.stderr


@pytest.mark.parametrize("title", ["posted_at", "发布时间"])
def test_a_file_may_say_when_its_rows_were_posted(simulate: Simulate, title: str) -> None:
    """A row counts from its day in Asia/Shanghai on; one without a day from the first."""
    head, one, other, third = OFFERS.splitlines()
    for posted, lines in (
        ("2026-12-03", 2),
        ("2026-12-04", 1),
        ("2026-12-03T15:59:59Z", 2),
        ("2026-12-03T16:00:00Z", 1),
    ):
        rows = [f"{head},{title}", f"{one},2027-01-01", f"{other},{posted}", f"{third},"]
        assert item(simulate("--json", offers="\n".join(rows) + "\n"))["policy"]["lines"] == lines, posted
    bad = simulate(offers="\n".join([f"{head},{title}", f"{one},soon"]) + "\n")
    assert (bad.exit_code, bad.stdout) == (1, "")
    assert "row 2" in bad.stderr
    assert "posted_at = 'soon'" in bad.stderr


def test_a_capacity_is_used_once_over_all_days(simulate: Simulate, tmp_path: Path) -> None:
    """A store bridges to demands of later weeks; what the first day's plan stores there the third finds taken."""
    capacities = tmp_path / "capacities.csv"
    capacities.write_text(
        "row_key,party,activity,throughput_per_day,unit,fee,county,available_from,available_to,temperature\n"
        "c1,s,cold_storage,12,t,30,520526,2026-11-25,2027-03-20,ambient\n",
        encoding="utf-8",
    )
    offers = OFFERS.splitlines()[0] + "\no1,p,potato,4,30,t,1800,520526,2026-11-25,2026-12-10\n"
    head = DEMANDS.splitlines()[0] + ",posted_at\n"
    rows = [f"{key},b,potato,3,10,t,3500,310115,2027-01-20,2027-02-20,{day}\n"
            for key, day in (("d1", "2026-12-01"), ("d2", "2026-12-03"))]  # fmt: skip
    for demands, lines, quantity in ((rows[:1], 1, 10_000), (rows, 2, 12_000)):
        arguments = ("--json", "--capacities", str(capacities))
        found = item(simulate(*arguments, offers=offers, demands=head + "".join(demands)))
        assert found["policy"]["lines"] == lines
        assert found["policy"]["cleared"]["kg"]["quantity"] == quantity
    alone = item(simulate("--json", offers=offers, demands=head + "".join(rows)))
    assert alone["policy"]["lines"] == 0
    capacities.write_text("row_key,party\nc1,s\n", encoding="utf-8")
    assert simulate("--capacities", str(capacities)).exit_code == 1


def test_files_come_in_pairs(simulate: Simulate, tmp_path: Path) -> None:
    """Offers without demands, and neither where nothing runs, are refused with what to do."""
    assert simulate().exit_code == 0  # writes the files
    arguments = ["simulate", *DAYS, "--policy", str(tmp_path / "policy.toml")]
    lonely = CliRunner().invoke(build(), [*arguments, "--offers", str(tmp_path / "offers.csv")])
    assert lonely.exit_code == 1
    assert "--demands" in lonely.stderr
    nothing = CliRunner().invoke(build(), [*arguments, "--data-dir", str(tmp_path / "empty")])
    assert nothing.exit_code == 1
    assert "duijie up" in nothing.stderr


def test_a_page_that_cannot_be_written_is_told(simulate: Simulate, tmp_path: Path) -> None:
    """Status 1 with the reason; nothing is printed as a result."""
    result = simulate("--html", str(tmp_path / "nowhere" / "page.html"), "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "page.html" in result.stderr
