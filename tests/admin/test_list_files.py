"""Lists as files: their columns, filters and rights, and what a spreadsheet makes of a cell."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from admin import files, sending
from admin.lists import BATCH
from admin.zone import of_reader
from tests.admin.conftest import BEGIN, DEFINITIONS, Office, screens_of, send
from tests.builders import an_app

LIST = "/records/incident_request"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ROME = ZoneInfo("Europe/Rome")


def csv_of(client, address=""):
    page = client.get(f"{LIST}/export/csv/{address}")
    assert page.status_code == 200
    return list(csv.reader(io.StringIO(page.get_data(as_text=True))))


def read(content):
    """The cells of a workbook: text as str, numbers as float; formulas there are none."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        strings = (
            ["".join(item.itertext()) for item in ET.fromstring(book.read("xl/sharedStrings.xml"))]
            if "xl/sharedStrings.xml" in book.namelist()
            else []
        )
    assert sheet.find(f".//{MAIN}f") is None
    return [
        {cell.get("r").rstrip("0123456789"): _value(cell, strings) for cell in row}
        for row in sheet.iter(f"{MAIN}row")
    ]


def _value(cell, strings):
    text = "".join(cell.itertext())
    match cell.get("t"):
        case "inlineStr":
            return text
        case "s":
            return strings[int(text)]
        case _:
            return float(text)


def book_of(client, address=""):
    with client.get(f"{LIST}/export/xlsx/{address}") as page:
        assert page.status_code == 200
        assert page.headers["Content-Disposition"].endswith(".xlsx")
        return read(page.get_data())


def written(*rows, titles=("A", "B"), zone=ROME):
    file = io.BytesIO()
    files.write_workbook(file, "Things", titles, rows, zone)
    return read(file.getvalue())


@pytest.fixture
def three(office):
    for summary, impact in (("Printer burns", "minor"), ("Slow", "minor"), ("Dark", "extensive")):
        office.store("incident_request", summary=summary, impact=impact)


class TestAFile:
    def test_has_the_columns_filters_search_and_order_of_the_list(self, office, three):
        client = office.browser("ann")
        asked = "?columns=impact,summary&flt1_impact=minor&sort=summary"
        assert csv_of(client, "?columns=impact,id&flt1_impact=minor&sort=id") == [
            ["Impact", "Number"],
            ["Minor", "INC000000000001"],
            ["Minor", "INC000000000002"],
        ]
        assert [row["B"] for row in book_of(client, f"{asked}&search=burns")] == [
            "Summary",
            "Printer burns",
        ]

    def test_is_offered_by_the_list_as_it_stands(self, office, three):
        page = office.browser("ann").get(f"{LIST}/?columns=impact&flt1_impact=minor&search=low")
        text = page.get_data(as_text=True).replace("&amp;", "&").replace("%2C", ",")
        assert f"{LIST}/export/xlsx/?search=low&columns=impact&flt0_impact=minor" in text
        assert f"{LIST}/export/csv/?search=low&flt0_impact=minor" in text

    def test_tells_how_many_records_it_has(self, office, three):
        answer = office.browser("ann").get(f"{LIST}/export/csv/?flt1_impact=minor")
        assert answer.headers["X-Records"] == "2"

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_holds_nothing_that_is_out_of_reach(self, office, kind):
        oda = office.person("oda", "service-owner")
        office.store("incident_request", summary="Mine", description="Smoke", requester=oda)
        office.store("incident_request", summary="Theirs", description="Fire")
        client = office.browser("oda")
        for address in ("", "?columns=description,summary"):
            rows = csv_of(client, address) if kind == "csv" else book_of(client, address)
            told = str([list(row.values()) if isinstance(row, dict) else row for row in rows])
            assert "Mine" in told
            for kept in ("Smoke", "Theirs", "Fire", "Description"):
                assert kept not in told

    def test_is_for_those_who_read_the_list(self, office):
        assert office.browser("eve").get(f"{LIST}/export/xlsx/").status_code == 403

    def test_is_of_no_other_kind(self, office):
        assert office.browser("ann").get(f"{LIST}/export/exe/").status_code == 404

    def test_that_is_stopped_on_its_way_leaves_nothing_open(self, office, three):
        answer = office.browser("ann").get(f"{LIST}/export/csv/", buffered=False)
        assert next(iter(answer.response)).startswith(b"Number,")
        answer.close()
        assert office.app.database.engine.pool.checkedout() == 0

    def test_a_workbook_has_its_limit_and_says_so(self, office, three, monkeypatch):
        monkeypatch.setattr(sending, "XLSX_LIMIT", 2)
        client = office.browser("ann")
        page = client.get(f"{LIST}/export/xlsx/")
        assert page.status_code == 413
        assert "A workbook takes 2 lines, and this list has more." in page.get_data(as_text=True)
        assert len(book_of(client, "?flt1_impact=minor")) == 3
        assert len(csv_of(client)) == 4


class TestACell:
    def test_is_a_number_a_day_or_a_moment_in_the_readers_zone(self):
        noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
        cells = (7, Decimal("2.50"), noon, date(2026, 7, 1), timedelta(hours=30), None)
        _, row = written(cells, titles="ABCDEF")
        assert row == {
            "A": 7,
            "B": 2.5,
            "C": pytest.approx(46204 + 14 / 24),
            "D": 46204,
            "E": 1.25,
        }

    @pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "{=1}"])
    def test_is_never_a_formula(self, evil):
        _, row = written((evil, "x"))
        assert row["A"].strip() == evil.strip()
        [_, line] = files.csv_lines(["A"], [(evil,)], ROME)
        assert next(csv.reader([line.replace("\r\n", "")], strict=False))[0][:1] not in "=+-@\t\r"

    def test_that_is_a_number_is_no_formula_and_stays_one(self):
        [_, line] = files.csv_lines(["A", "B"], [(-5, Decimal("-1.5"))], ROME)
        assert line == "-5,-1.5\r\n"

    def test_is_no_link_no_number_and_no_broken_file(self):
        odd = ("http://example.org", "0137", "x\x00y\x0b", "z" * 40_000, 10**18, date(1800, 1, 1))
        _, row = written(odd, titles="ABCDEF")
        assert (row["A"], row["B"], row["C"]) == ("http://example.org", "0137", "xy")
        assert (len(row["D"]), row["E"], row["F"]) == (32_767, str(10**18), "1800-01-01")

    def test_of_a_moment_says_its_zone(self):
        moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
        [_, line] = files.csv_lines(["At"], [(moment,)], ROME)
        assert line == "2026-07-01T14:00:00+02:00\r\n"


@pytest.mark.parametrize(
    ("told", "known"),
    [("Europe/Rome", "Europe/Rome"), ("No/Where", "UTC"), ("../etc/passwd", "UTC"), ("", "UTC")],
)
def test_the_zone_is_what_the_browser_says_where_that_is_one(office, told, known):
    client = office.browser("ann")
    client.set_cookie("zone", told)
    send(client, BEGIN, f__summary="Slow")
    assert client.get(f"{LIST}/export/csv/").status_code == 200
    with office.flask.test_request_context(headers={"Cookie": f"zone={told}"}):
        assert of_reader().key == known


def test_a_long_list_is_read_in_batches_on_both_databases(database):
    """Each batch asks what may be seen of it, while the next one is still being read."""
    app = an_app(database, DEFINITIONS)
    office = Office(app, screens_of(app), app.now)
    oda = office.person("oda", "service-owner")
    at = app.now()
    rows = [
        {
            "summary": f"Request {number}",
            "description": "Smoke",
            "requester": oda.id,
            "status": "new",
            "revision": 1,
            "created_at": at,
            "updated_at": at,
        }
        for number in range(BATCH * 2 + 7)
    ]
    with database.write() as connection:
        connection.execute(app.models.tables["incident_request"].insert(), rows)
    client = office.browser("oda")
    for lines in (csv_of(client), book_of(client)):
        assert len(lines) == len(rows) + 1
        assert "Smoke" not in str(lines)
        assert "Request 1006" in str(lines[1])
