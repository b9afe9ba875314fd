"""`tallystick report`: statistics and a page of a book, a verdict on a report that MT5 saved."""

from pathlib import Path

from tallystick.platform.report.tester_numbers import NOT_FROM_DEALS
from tests.said import Say
from tests.unit.cli.hand_book import HandBook

DEALS = Path(__file__).resolve().parents[2] / "golden" / "vectors" / "mt5" / "mt5_report_small.deals.csv"


def page(tmp_path: Path, factor: str = "1.05") -> Path:
    """A small report as the terminal saves it, with one printed statistic."""
    lines = DEALS.read_text(encoding="utf-8").splitlines()
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line.split(','))}</tr>" for line in lines)
    printed = (
        "<tr><td>Total Net Profit:</td><td><b>4.18</b></td></tr>"
        f"<tr><td>Profit Factor:</td><td><b>{factor}</b></td><td>Margin Level:</td><td><b>9086.36%</b></td></tr>"
    )
    path = tmp_path / "ReportTester.html"
    path.write_text(f"<html><table>{printed}</table><table>{rows}</table></html>", encoding="utf-16")
    return path


def test_a_book_gets_its_statistics_its_verdict_and_its_page(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    said = say("report", hand_book.folder, "-o", out, "--json")
    assert said.code == 0
    assert said.document["verify"].startswith("OK")
    assert said.document["report"] == str(out)
    assert NOT_FROM_DEALS not in said.document["statistics"].values()
    assert f"{hand_book.folder}" in out.read_text(encoding="utf-8")


def test_a_report_that_follows_from_its_deals_is_ok(say: Say, tmp_path: Path) -> None:
    said = say("report", page(tmp_path))
    assert said.code == 0
    assert "OK: 2 printed statistics follow from the 15 deals." in said.out
    assert "9086.36% *" in said.out
    assert f"* as the report prints it: {NOT_FROM_DEALS}" in said.out


def test_a_report_that_does_not_is_a_finding_with_both_figures(say: Say, tmp_path: Path) -> None:
    said = say("report", page(tmp_path, "1.50"))
    assert said.code == 1
    assert "differs: Profit Factor: printed 1.50, computed 1.05" in said.out
    document = say("report", page(tmp_path, "1.50"), "--json").document
    assert document["differences"] == [{"name": "Profit Factor", "printed": "1.50", "computed": "1.05"}]


def test_a_deals_table_alone_is_computed_and_marked(say: Say) -> None:
    said = say("report", DEALS)
    assert said.code == 0
    assert "the file prints no statistics to compare with" in said.out
    assert said.out.count(NOT_FROM_DEALS) == 14


def test_the_deals_that_were_read_can_be_printed_again(say: Say, tmp_path: Path) -> None:
    said = say("report", page(tmp_path), "--deals")
    again = tmp_path / "again.csv"
    again.write_text(said.out, encoding="utf-8")
    first, second = (say("report", path, "--json").document["statistics"] for path in (DEALS, again))
    assert first == second


def test_a_deposit_is_told_where_the_table_does_not_begin_with_it(say: Say, tmp_path: Path) -> None:
    lines = DEALS.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    whole, told = (
        say("report", *words, "--json").document["statistics"] for words in ([DEALS], [path, "--deposit", "1000"])
    )
    assert whole == told


def test_an_unknown_file_is_refused_with_what_was_expected(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n", encoding="utf-8")
    said = say("report", path)
    assert said.code == 2
    assert said.err.startswith("error[E850]")
    assert "expected an HTML report saved by MetaTrader 5" in said.err
    assert say("report", tmp_path / "none.html").code == 2
