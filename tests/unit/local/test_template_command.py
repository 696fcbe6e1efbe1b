"""`duijie template`: a file to fill in, where nothing runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from duijie_local.main import build
from duijie_shared.posting.columns import mark
from duijie_shared.sheets import template
from typer.testing import CliRunner
from workbooks import opened, rows_of


@pytest.mark.parametrize("kind", ["offers", "demands", "capacities", "parties"])
def test_the_file_is_the_template_of_the_api(kind: str, tmp_path: Path) -> None:
    """The very bytes, under a name of the caller's."""
    out = tmp_path / "a.xlsx"
    done = CliRunner().invoke(build(), ["template", kind, "--lang", "en", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"file": str(out), "bytes": out.stat().st_size}
    assert out.read_bytes() == template(kind, "en")  # type: ignore[arg-type]


def test_without_a_name_it_is_put_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Chinese, as a workbook; or as CSV where that is asked for, by option or by name."""
    monkeypatch.chdir(tmp_path)
    for options in ([], ["--format", "csv"], ["--out", "b.CSV"]):
        done = CliRunner().invoke(build(), ["template", "offers", *options])
        assert done.exit_code == 0, done.output
    assert opened(Path("duijie-offers-template.xlsx").read_bytes()).worksheets[0]["A1"].value == mark(
        "offers"
    )
    assert rows_of(Path("duijie-offers-template.csv").read_bytes()) == []
    assert Path("b.CSV").read_bytes() == Path("duijie-offers-template.csv").read_bytes()


def test_an_unknown_kind_is_named(tmp_path: Path) -> None:
    """And nothing is written."""
    done = CliRunner().invoke(build(), ["template", "lions", "--out", str(tmp_path / "x.xlsx")])
    assert done.exit_code == 2
    assert "lions" in done.output
    assert not list(tmp_path.iterdir())
