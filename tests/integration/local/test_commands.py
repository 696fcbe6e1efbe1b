"""The commands over a running stack, as a user calls them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import httpx
import pytest
from local_stack import RunningStack
from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.stack


@pytest.fixture
def party(stack: RunningStack, tmp_path: Path) -> str:
    """A producer's row key, new for each test."""
    row_key = f"p-{uuid.uuid4().hex[:8]}"
    stack.import_file(
        write(tmp_path / "parties.csv", "row_key,name,kind", f"{row_key},合作社,producer"), "parties"
    )
    return row_key


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def offers(folder: Path, party: str, *quantities: str) -> Path:
    """Offers of potatoes, one row for each quantity as it is written in the file."""
    rows = [f"o{n},{party},potato,4,{quantity},t,520526,2030-09-01,2030-10-01"
            for n, quantity in enumerate(quantities, start=1)]  # fmt: skip
    header = "row_key,party,product,grade,quantity,unit,county,available_from,available_to"
    return write(folder / "offers.csv", header, *rows)


def test_a_key_is_printed_alone_works_and_ends(stack: RunningStack) -> None:
    """`keys create` prints nothing but the key; a revoked key answers 401 while another still works."""
    key, other = stack.key("staff"), stack.key("staff")
    assert key.startswith("dj_")
    assert len(key.split()) == 1
    assert stack.client(key).get("/v1/matches").status_code == 200
    made = stack.json("keys", "create", "--role", "staff")
    assert stack.client(made["key"]).get("/v1/matches").status_code == 200
    assert made["id"] in {row["id"] for row in stack.json("keys", "list")}
    assert made["key"] not in stack.duijie("keys", "list", "--json").stdout
    stack.duijie("keys", "revoke", made["id"])
    assert stack.client(made["key"]).get("/v1/matches").status_code == 401
    assert stack.client(other).get("/v1/matches").status_code == 200


@pytest.mark.parametrize(
    "options",
    [("--role", "producer", "--party", "nobody-knows-it"), ("--role", "king"), ("--role", "producer")],
)
def test_a_key_for_an_unknown_party_or_role_is_refused(stack: RunningStack, options: tuple[str, ...]) -> None:
    """Nothing is printed on standard output, the reason is said in both languages, the status is 1."""
    refused = stack.duijie("keys", "create", *options, status=1)
    assert refused.stdout == ""
    assert " · " in refused.stderr


def test_a_user_is_made_from_a_line_of_input(stack: RunningStack) -> None:
    """Who then logs in by name; the password is printed nowhere, and a common one is refused with the reason."""
    password = "eleven blue tractors"
    made = stack.duijie("users", "create", "Li.Na", "--county", "530000", stdin=f"{password}\n")
    assert "li.na" in made.stdout + made.stderr
    assert password not in made.stdout + made.stderr
    answer = httpx.post(f"{stack.gateway}/v1/session", json={"name": "li.na", "password": password})
    assert (answer.status_code, answer.json()["county"]) == (201, "530000")
    refused = stack.duijie("users", "create", "wang", stdin="password12345\n", status=1)
    assert "password12345" not in refused.stdout + refused.stderr
    assert " · " in refused.stderr


def test_good_rows_are_stored_and_bad_ones_reported(stack: RunningStack, party: str, tmp_path: Path) -> None:
    """Status 1 and row, column, reason and fix of the bad row; the good rows are in, and once only."""
    job = stack.import_file(offers(tmp_path, party, "3", "3 吨", "5"), "offers", status=1)
    assert (job["rows_total"], job["created"], job["refused"]) == (3, 2, 1)
    (error,) = job["errors"]
    assert (error["row"], error["column"]) == (3, "quantity")
    told = stack.duijie("import", tmp_path / "offers.csv", "--kind", "offers", status=1)
    for part in ("quantity", "3 吨", error["en"][:12], "unit has its own"):
        assert part in " ".join(told.stderr.replace("│", " ").split()), told.stderr
    again = stack.import_file(offers(tmp_path, party, "3", "4", "6"), "offers")
    assert (again["created"], again["amended"], again["unchanged"], again["refused"]) == (1, 1, 1, 0)


def test_atomic_stores_all_or_nothing_and_dry_run_nothing(
    stack: RunningStack, party: str, tmp_path: Path
) -> None:
    """After an atomic import with a bad row, and after a dry run, every row is still new."""
    refused = stack.import_file(offers(tmp_path, party, "3", "-1"), "offers", "--atomic", status=1)
    assert (refused["created"], len(refused["errors"])) == (0, 1)
    file = offers(tmp_path, party, "3", "1")
    assert stack.import_file(file, "offers", "--dry-run")["created"] == 2
    assert stack.import_file(file, "offers", "--atomic")["created"] == 2


def test_refused_rows_come_as_a_sheet_that_goes_in_again(
    stack: RunningStack, party: str, tmp_path: Path
) -> None:
    """`--errors` writes the workbook; with its red cell corrected it is imported as it is, by the same command."""
    sheet = tmp_path / "refused.xlsx"
    stack.import_file(offers(tmp_path, party, "3", "-1"), "offers", "--errors", str(sheet), status=1)
    book = load_workbook(sheet)
    page = book.worksheets[0]
    (place,) = [cell for row in page.iter_rows() for cell in row if cell.value == -1]
    page[place.coordinate] = 4
    book.save(sheet)
    assert stack.import_file(sheet, "offers", "--errors", str(tmp_path / "none.xlsx"))["created"] == 1
    assert not (tmp_path / "none.xlsx").exists()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_of_the_stack_imported_again_changes_nothing(
    stack: RunningStack, party: str, tmp_path: Path, suffix: str
) -> None:
    """Every row of the file is unchanged; the format follows the name."""
    stack.import_file(offers(tmp_path, party, "3", "4"), "offers")
    file = tmp_path / f"export.{suffix}"
    written = stack.json("export", "offers", "--out", file)
    assert (written["file"], written["bytes"]) == (str(file), file.stat().st_size)
    again = stack.import_file(file, "offers")
    assert again["rows_total"] == again["unchanged"] >= 2


def test_a_file_with_an_unknown_column_is_refused_by_name(stack: RunningStack, tmp_path: Path) -> None:
    """Nothing is stored and the column is named."""
    file = write(tmp_path / "parties.csv", "row_key,name,kind,colour", "x,合作社,producer,red")
    refused = stack.duijie("import", file, "--kind", "parties", status=1)
    assert "colour" in refused.stderr


def test_status_names_every_process(stack: RunningStack) -> None:
    """All run, each under a process id of its own, and the figures are numbers."""
    status = stack.json("status")
    processes = {row["name"]: row for row in status["processes"]}
    assert processes.keys() == {
        *("supervisor", "postgres", "kafka", "catalog-api", "catalog-relay", "catalog-worker"),
        *("matcher", "gateway-api", "gateway-projector", "gateway-sender", "gateway-notifier"),
    }
    assert {row["state"] for row in processes.values()} == {"running"}
    assert len({row["pid"] for row in processes.values()}) == len(processes)
    assert all(isinstance(status[name], int) for name in ("orders", "matches", "webhook_backlog"))
    assert all(isinstance(lag, int) for lag in status["consumer_lag"].values())


def test_a_second_up_is_refused_or_given_the_first(stack: RunningStack) -> None:
    """In the foreground it fails and says where the first is; detached it returns the first."""
    refused = stack.duijie("up", status=1)
    assert stack.gateway in refused.stderr
    assert stack.json("up", "--detach") == {"gateway": stack.gateway, "data_dir": str(stack.data_dir)}


def test_commands_without_a_stack_say_so(tmp_path: Path) -> None:
    """They end with status 1 and name the data folder; `down` has nothing to do."""
    nothing = RunningStack(tmp_path / "nothing")
    for command in (("status",), ("keys", "list"), ("keys", "create", "--role", "staff")):
        assert "nothing" in nothing.duijie(*command, status=1).stderr
    assert nothing.json("down")["ended"] is False


def test_topics_print_the_registry(stack: RunningStack) -> None:
    """Every topic with its partitions, with no stack needed."""
    topics = {row["name"]: row for row in stack.json("topics")}
    assert topics["orders-v1"]["partitions"] == 12
    assert "orders-v1" in stack.duijie("topics").stdout


def test_the_policy_is_shown_changed_and_told(stack: RunningStack, tmp_path: Path) -> None:
    """What `show` prints `set` takes; a refusal names the knob and ends with 1; history tells who, why and what."""
    before = stack.json("policy", "show")
    file = tmp_path / "policy.toml"
    shown = stack.duijie("policy", "show").stdout
    file.write_text(shown.replace("\nyield_factor = 1.5\n", "\nyield_factor = 1.6\n"), "utf-8")
    change = {"knob": "plausibility.yield_factor", "old": 1.5, "new": 1.6}
    checked = stack.json("policy", "set", str(file), "--dry-run")
    assert (checked["version"], checked["changes"]) == (before["version"], [change])
    assert stack.duijie("policy", "set", str(file), status=1).stderr.count("--reason")
    made = stack.json("policy", "set", str(file), "--reason", "丰年 [x]")
    assert (made["version"], made["changes"]) == (before["version"] + 1, [change])
    newest = stack.json("policy", "history")[0]
    assert (newest["version"], newest["reason"], newest["changes"]) == (made["version"], "丰年 [x]", [change])
    assert "[x]" in stack.duijie("policy", "history").stdout
    file.write_text("[plausibility]\nyield_faktor = 2\n", "utf-8")
    refused = stack.duijie("policy", "set", str(file), "--reason", "x", status=1)
    assert "plausibility.yield_faktor" in refused.stderr
