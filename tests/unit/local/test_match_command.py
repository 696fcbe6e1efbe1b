"""`duijie match` on files: the same bytes for the same market, and every fault named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from duijie_local.main import build
from typer.testing import CliRunner, Result

OFFERS = """row_key,party,product,grade,quantity,unit,ask_price,county,available_from,available_to
o1,p,potato,4,30,t,1800,520526,2026-11-25,2027-01-20
o2,q,土豆,2,20000,kg,1.5,370783,2026-11-25,2027-01-20
o3,q,garlic,5,8000,斤,3.1,371728,2026-11-25,2027-01-20
"""
DEMANDS = """row_key,party,product,min_grade,quantity,unit,bid_price,county,needed_from,needed_to
d1,b,potato,3,40000,斤,2.2,310115,2026-11-25,2027-02-20
d2,c,potato,1,15,t,2600,110105,2026-11-25,2027-02-20
d3,c,garlic,4,3000,kg,7.0,440106,2026-11-25,2027-02-20
"""

Match = Callable[..., Result]


@pytest.fixture
def match(tmp_path: Path) -> Match:
    """Run the command on two texts, with further arguments."""

    def run(offers: str = OFFERS, demands: str = DEMANDS, *arguments: str) -> Result:
        (tmp_path / "offers.csv").write_text(offers, encoding="utf-8")
        (tmp_path / "demands.csv").write_text(demands, encoding="utf-8")
        files = [str(tmp_path / "offers.csv"), str(tmp_path / "demands.csv")]
        return CliRunner().invoke(build(), ["match", *files, *arguments])

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def shuffled(text: str) -> str:
    header, *rows = text.splitlines()
    names = header.split(",")
    turned = [names[-1], *names[:-1]]
    cells = [dict(zip(names, row.split(","), strict=True)) for row in reversed(rows)]
    return "\n".join([",".join(turned), *(",".join(row[name] for name in turned) for row in cells)]) + "\n"


def test_proposals_come_first_then_diagnoses_then_the_summary(match: Match) -> None:
    """Items by row key, in CNY and pricing units, exact; last one line of totals by market."""
    items = lines(match())
    kinds = [item["kind"] for item in items]
    assert kinds == ["plan", "plan", *["diagnosis"] * 4, "summary"]
    plan = {(item["offer"], item["demand"]): item for item in items[:2]}
    assert plan["o1", "d1"]["quantity"] == 20_000
    assert plan["o1", "d1"]["distance_km"] == pytest.approx(1746.52, abs=0.01)
    assert plan["o1", "d1"]["landed_cost"] == pytest.approx(3.1623, abs=0.0001)
    assert {item["order"] for item in items[2:6]} == {"o1", "o2", "o3", "d3"}
    markets = items[-1]["markets"]
    assert list(markets) == ["garlic", "potato"]
    assert markets["potato"]["welfare"] == pytest.approx(36603.8, abs=1)
    assert markets["potato"]["cleared_quantity"] == 35_000


def test_rows_and_columns_in_any_order_give_the_same_bytes(match: Match) -> None:
    """Age is the order of row keys; nothing else of the file's shape counts, nor where the result goes."""
    once = match()
    assert match(shuffled(OFFERS), shuffled(DEMANDS)).stdout == once.stdout
    assert match(OFFERS.replace("\n", "\r\n"), "\ufeff" + DEMANDS).stdout == once.stdout


def test_a_file_holds_what_standard_output_would(match: Match, tmp_path: Path) -> None:
    """`--out` gets the same lines, `--json` then prints the summary, and no half-written file stays."""
    out = tmp_path / "matches.jsonl"
    result = match(OFFERS, DEMANDS, "--out", str(out), "--json")
    assert out.read_text("utf-8") == match().stdout
    assert json.loads(result.stdout) == json.loads(out.read_text("utf-8").splitlines()[-1])
    assert not out.with_name("matches.jsonl.part").exists()


def test_every_refused_cell_is_named_and_nothing_is_matched(match: Match) -> None:
    """Row, column, value and reason in both languages; status 1 and no proposals."""
    bad = OFFERS.replace("o2,q,土豆", "o2,q,蔬菜").replace("8000,斤", "-5,筐")
    result = match(bad)
    assert (result.exit_code, result.stdout) == (1, "")
    told = result.stderr.splitlines()
    assert any(
        "row 3" in line and "product" in line and "品类" in line and "category" in line for line in told
    )
    assert any("row 4" in line and "quantity" in line for line in told)
    assert any("row 4" in line and "unit" in line and "筐" in line for line in told)


def test_unknown_columns_are_refused_by_name(match: Match) -> None:
    """A column that no file has stops the reading of that file."""
    result = match(OFFERS.replace("county", "country"))
    assert result.exit_code == 1
    assert "country" in result.stderr


def test_a_row_key_may_come_once_a_party(match: Match) -> None:
    """The same key twice for one party is refused; two parties may use the same."""
    twice = OFFERS + "o1,p,potato,4,1,t,1800,520526,2026-11-25,2027-01-20\n"
    assert match(twice).exit_code == 1
    assert (
        lines(match(twice.replace("o1,p,potato,4,1,t", "o1,z,potato,4,1,t")))[-1]["markets"]["potato"][
            "offers"
        ]
        == 3
    )


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ("[tilt]\nbonos = 0.1\n", "tilt.bonos"),
        ("bonus = 0.1\n", "bonus"),
        ("[tilt]\nbonus = 0.6\n", "tilt.bonus"),
        ('[tilt]\nbonus = "much"\n', "tilt.bonus"),
        ('[tilt]\ndesignation = "cn-831"\n', "tilt.designation"),
        ("[tilt\n", "file"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    match: Match, tmp_path: Path, policy: str, named: str
) -> None:
    """Unknown names, values beyond their range or of another type, an unknown list, no TOML at all."""
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    result = match(OFFERS, DEMANDS, "--policy", str(tmp_path / "policy.toml"))
    assert result.exit_code == 1
    assert f"{named}: " in result.stderr


def test_a_policy_counts(match: Match, tmp_path: Path) -> None:
    """What the file sets is used: twice the rate over 397.476 km makes 0.62 of 0.31 CNY/kg."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[transport]\nambient = 0.0012\n", encoding="utf-8")
    (line,) = [
        item for item in lines(match(OFFERS, DEMANDS, "--policy", str(policy))) if item["kind"] == "plan"
    ]
    assert (line["offer"], line["demand"]) == ("o2", "d2")
    assert line["landed_cost"] == pytest.approx(1.5 + 2 * 0.310031, abs=0.00001)


def test_what_a_floor_costs_is_told(match: Match, tmp_path: Path) -> None:
    """The summary has status, share and price of each market, and people see a table; without a floor neither."""
    (tmp_path / "policy.toml").write_text("[tilt]\nfloor = 0.9\n", encoding="utf-8")
    floored = match(OFFERS, DEMANDS, "--policy", str(tmp_path / "policy.toml"))
    markets = lines(floored)[-1]["markets"]
    assert {name: plan["floor_status"] for name, plan in markets.items()} == {
        "garlic": "infeasible",
        "potato": "met",
    }
    assert markets["garlic"]["floor_reasons"]["zh"]
    assert markets["potato"]["tilt_share"] >= 0.9
    assert "the price of priority" in floored.stderr
    plain = match()
    assert lines(plain)[-1]["markets"]["potato"]["floor_status"] == "none"
    assert "the price of priority" not in plain.stderr


def test_a_floor_over_all_markets_has_one_price_and_one_share(match: Match, tmp_path: Path) -> None:
    """No market is infeasible by itself; the summary says what all of them together came to."""
    (tmp_path / "policy.toml").write_text('[tilt]\nfloor = 0.5\nfloor_scope = "all"\n', encoding="utf-8")
    floored = lines(match(OFFERS, DEMANDS, "--policy", str(tmp_path / "policy.toml")))[-1]
    plain = lines(match())[-1]
    assert floored["floor"]["status"] == "met"
    assert floored["floor"]["tilt_share"] >= 0.5
    prices = {plan["shadow_price"] for plan in floored["markets"].values()}
    assert prices == {floored["floor"]["shadow_price"]}
    assert {plan["floor_status"] for plan in floored["markets"].values()} == {"met"}
    assert "floor" not in plain


def test_time_is_given_or_not_there(match: Match) -> None:
    """`--as-of` takes ISO 8601, Asia/Shanghai where it names no offset; without it windows are as written."""
    late = match(OFFERS, DEMANDS, "--as-of", "2027-01-21T00:00:00.001")
    assert {item["kind"] for item in lines(late)} == {"diagnosis", "summary"}
    assert late.stdout == match(OFFERS, DEMANDS, "--as-of", "2027-01-20T16:00:00.001+00:00").stdout
    last_moment = match(OFFERS, DEMANDS, "--as-of", "2027-01-21")
    assert lines(last_moment)[0]["kind"] == "plan"
    refused = match(OFFERS, DEMANDS, "--as-of", "soon")
    assert refused.exit_code == 1
    assert "--as-of" in refused.stderr


def test_capacities_are_checked(match: Match, tmp_path: Path) -> None:
    """A capacity that helps nobody changes no match and no total; a file with faults is refused."""
    capacities = tmp_path / "capacities.csv"
    head = "row_key,party,activity,throughput_per_day,unit,fee,county,available_from,available_to\n"
    capacities.write_text(head + "c1,s,cold_storage,10,t,30,310115,2026-11-25,2027-01-20\n", encoding="utf-8")
    plain, beside = lines(match()), lines(match(OFFERS, DEMANDS, "--capacities", str(capacities)))
    assert [item for item in beside if item["kind"] in {"plan", "alternative", "summary"}] == [
        item for item in plain if item["kind"] in {"plan", "alternative", "summary"}
    ]
    capacities.write_text(head + "c1,s,dancing,10,t,30,310115,2026-11-25,2027-01-20\n", encoding="utf-8")
    refused = match(OFFERS, DEMANDS, "--capacities", str(capacities))
    assert refused.exit_code == 1
    assert "activity" in refused.stderr


def test_capacities_join_what_is_apart(match: Match, tmp_path: Path) -> None:
    """A line names the row keys of the capacities on its way; what is missing of them is called for."""
    offers = (
        "row_key,party,product,grade,quantity,unit,ask_price,county,available_from,available_to\n"
        "o,p,apple,3,10,t,2000,310115,2026-12-01,2026-12-10\n"
    )
    demands = (
        "row_key,party,product,min_grade,quantity,unit,bid_price,county,needed_from,needed_to\n"
        "d,b,apple,4,4,t,6000,310115,2026-12-01,2026-12-31\n"
        "late,b,apple,3,1,t,6000,310115,2027-03-01,2027-03-31\n"
    )
    capacities = tmp_path / "capacities.csv"
    capacities.write_text(
        "row_key,party,activity,yield,throughput_per_day,unit,fee,county,available_from,available_to\n"
        "sort,s,grading,0.8,10,t,80,310115,2026-12-01,2027-01-20\n",
        encoding="utf-8",
    )
    said = lines(match(offers, demands, "--capacities", str(capacities)))
    (plan,) = [item for item in said if item["kind"] == "plan"]
    (leg,) = plan["route"]
    assert (leg["activity"], leg["capacity"], leg["taken"], leg["given"]) == ("grading", "sort", 5000, 4000)
    assert (plan["quantity"], plan["landed_cost"]) == (4000, 2.6)
    assert {item["order"]: item["codes"][0] for item in said if item["kind"] == "diagnosis"} == {
        "o": "STORAGE_GAP",
        "late": "STORAGE_GAP",
    }
    (call,) = [item for item in said if item["kind"] == "call"]
    assert (call["code"], call["activity"], call["quantity"], call["county"]) == (
        "STORAGE_GAP",
        "cold_storage",
        1000,
        "310115",
    )


def test_files_of_no_rows_match_nothing(match: Match) -> None:
    """Headers alone: no markets, and the summary all the same."""
    empty = lines(match(OFFERS.splitlines()[0] + "\n", DEMANDS.splitlines()[0] + "\n"))
    assert empty == [{"kind": "summary", "markets": {}}]


def test_constraints_count(match: Match, tmp_path: Path) -> None:
    """Pinned, forbidden and limited: d2 has its 15 t from o2 instead of o1's limit, d1 is forbidden to o1."""
    constraints = tmp_path / "constraints.csv"
    head = "kind,offer,demand,party,value\n"
    usual = {
        (item["offer"], item["demand"]): item["quantity"] for item in lines(match()) if item["kind"] == "plan"
    }
    assert usual == {("o1", "d1"): 20_000, ("o2", "d2"): 15_000}
    for rows, plan in (
        ("forbid,o1,d1,,\n", {("o2", "d2"): 15_000}),
        ("maximum,,,p,7500.5\n", {("o1", "d1"): 7500.5, ("o2", "d2"): 15_000}),
        ("maximum,,,b,0\nmaximum,,,c,10\n", {("o2", "d2"): 10}),
        ("pin,o2,d2,,12000\nmaximum,,,q,12000\n", {("o1", "d1"): 20_000, ("o2", "d2"): 12_000}),
        ("固定,o2,d2,q,\n最低,,,p,20000\n", usual),
        ("", usual),
    ):
        constraints.write_text(head + rows, encoding="utf-8")
        items = lines(match(OFFERS, DEMANDS, "--constraints", str(constraints)))
        assert {
            (each["offer"], each["demand"]): each["quantity"] for each in items if each["kind"] == "plan"
        } == plan


def test_constraints_have_columns_in_any_order_and_chinese_titles(match: Match, tmp_path: Path) -> None:
    """The same constraint in either header gives the same bytes; columns without cells may be left out."""
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("kind,offer,demand,party,value\nforbid,o1,d1,,\n", encoding="utf-8")
    other.write_bytes("需求,供应,类型\nd1,o1,禁止\n".encode("gb18030"))
    results = [match(OFFERS, DEMANDS, "--constraints", str(path)).stdout for path in (one, other)]
    assert results[0] == results[1] != match().stdout


@pytest.mark.parametrize(
    ("rows", "row", "column", "words"),
    [
        ("promise,o1,d1,,\n", 2, "kind", "minimum"),
        ("pin,o9,d1,,\n", 2, "offer", "no such row key"),
        ("pin,o1,,,\n", 2, "demand", "required"),
        ("forbid,o1,d1,,5\n", 2, "value", "no quantity"),
        ("maximum,o1,,p,5\n", 2, "offer", "leave it empty"),
        ("maximum,,,nobody,5\n", 2, "party", "neither file"),
        ("maximum,,,p,\n", 2, "value", "required"),
        ("minimum,,,p,0\n", 2, "value", "above 0"),
        ("maximum,,,p,-1\n", 2, "value", "negative"),
        ("maximum,,,p,1.0005\n", 2, "value", "decimals"),
        ("maximum,,,p,many\n", 2, "value", "number"),
        ("pin,o1,d1,c,\n", 2, "party", "neither the offer"),
        ("forbid,o1,d1,,\n\nforbid,o1,d1,,\n", 4, "kind", "row 2"),
        ("pin,o1,d1,,1,9\n", 2, "row", "more cells"),
        ("forbid,o1,d1,,\npin,o1,d3,,\n", 3, "kind", "different markets"),
        ("pin,o2,d1,,\n", 2, "kind", "GRADE"),
        ("pin,o1,d1,,20000.001\n", 2, "kind", "20,000 at the most"),
        ("minimum,,,p,30000\n", 2, "value", "cannot all be kept"),
    ],
)
def test_constraints_that_cannot_be_taken_are_named(
    match: Match, tmp_path: Path, rows: str, row: int, column: str, words: str
) -> None:
    """Row, column and reason; status 1, and not a line of output."""
    constraints = tmp_path / "constraints.csv"
    constraints.write_text("kind,offer,demand,party,value\n" + rows, encoding="utf-8")
    result = match(OFFERS, DEMANDS, "--constraints", str(constraints))
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("constraints.csv")]
    assert f"row {row}," in line
    assert f"column {column}" in line
    assert words in line


def test_the_header_of_constraints_is_checked(match: Match, tmp_path: Path) -> None:
    """Unknown, repeated and missing columns, each by name."""
    constraints = tmp_path / "constraints.csv"
    constraints.write_text("offer,offer,buyer\no1,o1,b\n", encoding="utf-8")
    result = match(OFFERS, DEMANDS, "--constraints", str(constraints))
    assert result.exit_code == 1
    for words in ("column buyer", "column offer", "column kind"):
        assert words in result.stderr


def test_a_row_key_of_two_parties_needs_the_party(match: Match, tmp_path: Path) -> None:
    """Named with both parties; with one of them it is known."""
    offers = OFFERS + "o1,z,potato,4,1,t,1800,520526,2026-11-25,2027-01-20\n"
    constraints = tmp_path / "constraints.csv"
    constraints.write_text("kind,offer,demand,party\nforbid,o1,d1,\n", encoding="utf-8")
    result = match(offers, DEMANDS, "--constraints", str(constraints))
    assert result.exit_code == 1
    assert "p, z" in result.stderr
    constraints.write_text("kind,offer,demand,party\nforbid,o1,d1,p\n", encoding="utf-8")
    plan = [
        item
        for item in lines(match(offers, DEMANDS, "--constraints", str(constraints)))
        if item["kind"] == "plan"
    ]
    assert sorted((each["offer"], each["quantity"]) for each in plan) == [("o1", 1000), ("o2", 15_000)]


@pytest.mark.parametrize("title", ["posted_at", "发布时间"])
def test_files_may_say_when_rows_were_posted(match: Match, tmp_path: Path, title: str) -> None:
    """A date is 00:00 in Asia/Shanghai, and the search of the policy widens from then on; what is no moment is named."""
    policy = tmp_path / "P.toml"
    policy.write_text("[widening]\nstart_km = 10\nkm_per_day = 0\ndays = 3\n", encoding="utf-8")

    def posted(text: str, moments: list[str]) -> str:
        head, *rows = text.splitlines()
        return (
            "\n".join([f"{head},{title}", *(f"{row},{at}" for row, at in zip(rows, moments, strict=True))])
            + "\n"
        )

    demands = posted(DEMANDS, ["2026-11-27"] * 3)
    for moment, pairs in (
        ("2026-11-25", [("o2", "d2")]),
        ("2026-11-24T16:00:00Z", [("o2", "d2")]),
        ("2026-11-24T16:00:01Z", []),
        ("", [("o2", "d2")]),
    ):
        offers = posted(OFFERS, ["2026-11-27", moment, "2026-11-27"])
        items = lines(match(offers, demands, "--policy", str(policy), "--as-of", "2026-11-28T00:00"))
        assert [(item["offer"], item["demand"]) for item in items if item["kind"] == "plan"] == pairs
    bad = match(posted(OFFERS, ["soon", "", ""]), demands)
    assert (bad.exit_code, bad.stdout) == (1, "")
    assert "posted_at = 'soon'" in bad.stderr
