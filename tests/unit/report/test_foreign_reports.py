"""Reports that MetaTrader saved are read whatever their encoding, language and account, and faults are named."""

import re
from pathlib import Path

import pytest

from tallystick.market.instrument import LOT
from tallystick.platform.report.foreign import read_report
from tallystick.platform.report.foreign_errors import DamagedReport, EmptyReport, UnknownReport
from tallystick.platform.report.tester_layout import BEYOND, LAYOUT
from tallystick.platform.report.tester_numbers import NOT_FROM_DEALS

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors" / "mt5"
DEALS = VECTORS / "mt5_report_small.deals.csv"
HEAD = (
    "Time", "Deal", "Symbol", "Type", "Direction", "Volume", "Price", "Order", "Commission", "Swap", "Profit",
    "Balance", "Comment",
)  # fmt: skip


def reported() -> dict[str, str]:
    import json

    text = (VECTORS / "mt5_report_small.recomputed.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)["reported"]
    return found


def saved(values: dict[str, str], *, foreign: bool = False) -> str:
    """The page as the terminal lays it out: results in rows of three, then the deals table."""

    def cell(name: str) -> str:
        shown = (
            name
            if not foreign or name in {"AHPR", "GHPR", "LR Correlation"}
            else f"名{name[:3]}" + "(MFE)" * ("MFE" in name)
        )
        label = f"<td nowrap colspan=3>{shown + ':' if name else ''}</td>"
        return label + (f"<td nowrap><b>{values[name]}</b></td>" if name else "")

    results = "".join(f"<tr align=right>{''.join(map(cell, row))}</tr>\n<tr><td></td></tr>" for row in LAYOUT)
    lines = DEALS.read_text(encoding="utf-8").splitlines()[1:]
    head = "".join(f"<td><b>{name if not foreign else '列'}</b></td>" for name in HEAD)
    deals = "".join(
        "<tr bgcolor=#F7F7F7>" + "".join(f"<td>{text}</td>" for text in line.split(",")) + "</tr>" for line in lines
    )
    title = "Strategy Tester Report" if not foreign else "レポート"
    orders = "<tr><td>2026.01.12 23:00:05</td>" + "<td>2</td>" * 10 + "</tr>"
    return (
        f"<html><body><table><tr><td colspan=13><b>{title}</b></td></tr>{results}<tr><th>Orders</th></tr>{orders}"
        f"<tr><th><b>Deals</b></th></tr><tr>{head}</tr>{deals}"
        "<tr><td colspan=8></td><td>0.00</td><td>-4.28</td><td>8.46</td><td>1 004.18</td><td></td></tr></table></html>"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig"])
def test_a_saved_report_agrees_with_its_own_deals_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ReportTester.html"
    path.write_bytes(saved(reported()).encode(encoding))
    report = read_report(path)
    values = report.values(report.statistics())
    assert len(report.deals) == 15
    assert report.differences(values) == []
    assert report.compared(values) == 33
    assert report.breaks() == []


def test_in_another_language_statistics_are_found_by_their_places(tmp_path: Path) -> None:
    path = tmp_path / "report.htm"
    path.write_bytes(saved(reported(), foreign=True).encode("utf-16"))
    report = read_report(path)
    values = report.values(report.statistics())
    assert report.printed["Total Net Profit"] == "4.18"
    assert report.printed["Average position holding time"] == "5:47:02"
    assert report.differences(values) == []
    assert report.compared(values) == 33


def test_a_changed_figure_is_named_with_what_it_should_be(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(saved({**reported(), "Profit Factor": "1.50"}), encoding="utf-8")
    report = read_report(path)
    (difference,) = report.differences(report.values(report.statistics()))
    assert (difference.name, difference.printed, difference.computed) == ("Profit Factor", "1.50", "1.05")


def test_a_changed_deal_breaks_the_balance_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(saved(reported()).replace("<td>60.76</td>", "<td>61.76</td>"), encoding="utf-8")
    (broken,) = read_report(path).breaks()
    assert (broken.deal, broken.expected, broken.got) == (5, "1 030.43", "1 029.43")


def test_what_deals_do_not_tell_is_marked_and_the_print_repeated(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(saved(reported()), encoding="utf-8")
    report = read_report(path)
    values = report.values(report.statistics())
    assert {name for name, value in values.items() if value == NOT_FROM_DEALS} == BEYOND
    assert report.shown(values)["Sharpe Ratio"] == "0.05 *"


def test_a_fee_column_counts_as_commission(tmp_path: Path) -> None:
    lines = [
        "Time,Deal,Symbol,Type,Direction,Volume,Price,Order,Commission,Fee,Swap,Profit,Balance,Comment",
        "2026.01.02 00:00:00,1,,balance,,,,,0.00,0.00,0.00,1 000.00,1 000.00,",
        "2026.01.02 01:00:00,2,EURUSD,buy,in,0.10,1.10000,2,-0.35,-0.10,0.00,0.00,999.55,",
        "2026.01.02 02:00:00,3,EURUSD,sell,out,0.10,1.10100,3,-0.35,-0.10,0.00,10.00,1 009.10,",
    ]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    report = read_report(path)
    assert report.statistics().net == 910
    assert report.breaks() == []


def test_money_without_decimals_and_semicolons_are_read(tmp_path: Path) -> None:
    lines = [
        "time;deal;symbol;type;direction;volume;price;order;commission;swap;profit;balance;comment",
        "2026-01-02 00:00;1;;balance;;;;;0;0;1 000 000;1 000 000;",
        "2026-01-02 01:00;2;USDJPY;buy;in;0,10;150,100;2;0;0;0;1 000 000;",
        "2026-01-02 02:00;3;USDJPY;sell;out;0,10;150,200;3;0;-5;1 000;1 000 995;sl 150,200",
    ]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    report = read_report(path)
    values = report.values(report.statistics())
    assert (report.digits, values["Total Net Profit"], report.deals[1].volume) == (0, "995", 10_000_000)


@pytest.mark.parametrize(
    ("delimiter", "deposit", "volume", "price", "profit", "after"),
    [
        (";", "500.000,00", "0,10", "1,10000", "-1.234,50", "498.765,50"),
        (";", "500 000,00", "0,10", "1,10000", "-1 234,50", "498 765,50"),
        ("\t", "500,000.00", "0.10", "1.10000", "-1,234.50", "498,765.50"),
    ],
)
def test_a_spreadsheets_thousands_and_decimals_are_read_as_its_country_writes_them(
    tmp_path: Path, delimiter: str, deposit: str, volume: str, price: str, profit: str, after: str
) -> None:
    lines = [
        ["time", "symbol", "type", "direction", "volume", "price", "profit", "balance"],
        ["2026.01.02 00:00:00", "", "balance", "", "", "", deposit, deposit],
        ["2026.01.02 01:00:00", "EURUSD", "buy", "in", volume, price, "0", deposit],
        ["2026.01.02 02:00:00", "EURUSD", "sell", "out", volume, price, profit, after],
    ]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(delimiter.join(line) for line in lines), encoding="utf-8")
    report = read_report(path)
    last = report.deals[-1]
    assert (report.digits, last.profit, last.balance, last.volume, last.price) == (
        2,
        -123_450,
        49_876_550,
        LOT // 10,
        1.1,
    )
    assert report.breaks() == []


@pytest.mark.parametrize("kind", ["daily commission", "franked dividend", "interest rate", "correction"])
def test_money_that_a_broker_books_by_another_name_is_part_of_the_balance(tmp_path: Path, kind: str) -> None:
    lines = DEALS.read_text(encoding="utf-8").splitlines()
    booked = f"2026.07.14 10:00:00,16,,{kind},,,,,0.00,0.00,-4.18,1000.00,"
    page = saved(reported()).replace(
        "<tr><td colspan=8>", f"<tr>{''.join(f'<td>{cell}</td>' for cell in booked.split(','))}</tr><tr><td colspan=8>"
    )
    path = tmp_path / "ReportHistory.html"
    path.write_text(page, encoding="utf-8")
    report = read_report(path)
    assert len(report.deals) == len(lines)
    assert (report.deals[-1].type, report.deals[-1].amount) == (kind, -418)
    assert report.breaks() == []


def test_an_unknown_file_says_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n", encoding="utf-8")
    with pytest.raises(UnknownReport, match="expected an HTML report saved by MetaTrader 5"):
        read_report(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    with pytest.raises(UnknownReport, match="binary"):
        read_report(path)
    path.write_bytes(b"")
    with pytest.raises(UnknownReport, match="empty"):
        read_report(path)


def test_a_page_without_deals_says_so(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><table><tr><td>Hello</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(EmptyReport, match="no deals table"):
        read_report(path)


def test_a_line_that_does_not_read_is_named(tmp_path: Path) -> None:
    text = re.sub(r"2026\.03\.03 09:25:36,5,XAUUSD\.PRO,buy,out,0\.01", r"\g<0>x", DEALS.read_text(encoding="utf-8"))
    path = tmp_path / "deals.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DamagedReport, match="line 6 of the deals table"):
        read_report(path)
