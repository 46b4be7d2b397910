"""Child records in a table of inputs: added, changed and removed with the form."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import access, records
from server.usecases.tasks import save_draft
from tests.admin.conftest import Office, differences, filled, screens_of, send
from tests.premises import Premises
from tests.usecases import council_hall
from tests.usecases.council_hall import Hall, open_hall
from tests.usecases.test_rows import BENCH, PAINT

BEGIN = "/begin/drafting/by-clerk/"


def served(path: Path) -> tuple[Hall, Office]:
    hall = open_hall(Database(f"sqlite:///{path}"), {"Cleo": "clerk"})
    access.create_account(hall.app, "cleo", hall.records["Cleo"].id, "a long and secret one")
    return hall, Office(hall.app, screens_of(hall.app), hall.clock)


@pytest.fixture(scope="module")
def _served(tmp_path_factory):
    hall, office = served(tmp_path_factory.mktemp("hall") / "hall.db")
    return hall, office, Premises(hall.app, office.flask)


@pytest.fixture
def hall(_served) -> Hall:
    hall, _, premises = _served
    premises.tidy()
    return hall


@pytest.fixture
def client(_served):
    _, office, _ = _served
    return office.browser("cleo")


def address(hall: Hall) -> str:
    return f"/tasks/{hall.open_tasks()['work-out'].id}/"


def begun(hall: Hall, *lines):
    return hall.propose(lines=list(lines)).line.about.record


def text(page):
    return page.get_data(as_text=True)


def test_lines_are_added_with_a_start(hall, client):
    # given a start with a blank line, and another that a script has added
    page = client.get(BEGIN)
    fields = filled(page)
    assert fields["f-lines.0.row"] == "blank"

    # when both are typed into
    send(
        client,
        BEGIN,
        f__name="A bench",
        **{"f__lines.0.text": "Bench", "f__lines.0.amount": "12"},
        **{"f__lines.4.row": "new", "f__lines.4.text": "Paint", "f__lines.4.amount": "3"},
    )

    # then both are kept
    proposal = hall.open_tasks()["work-out"].about.record
    assert {key: line["amount"] for key, line in hall.lines(proposal).items()} == {
        "Bench": Decimal(12),
        "Paint": Decimal(3),
    }


def test_a_blank_line_that_nobody_touched_is_nothing(hall, client):
    send(client, BEGIN, f__name="A bench")

    assert hall.lines(hall.open_tasks()["work-out"].about.record) == {}


def test_lines_are_changed_and_removed(hall, client):
    proposal = begun(hall, BENCH, PAINT)
    before = hall.lines(proposal)

    answer = send(
        client,
        address(hall),
        f__reason="Rest",
        **{"f__lines.0.amount": "130", "f__lines.1.remove": "yes"},
    )

    assert answer.status_code == 302
    after = hall.lines(proposal)
    assert after.keys() == {"Bench"}
    assert (after["Bench"]["id"], after["Bench"]["amount"]) == (
        before["Bench"]["id"],
        Decimal(130),
    )


@pytest.fixture
def fixed(tmp_path, monkeypatch):
    """The council's lines are changed only, once there is a proposal."""
    council = shutil.copytree(council_hall.COUNCIL, tmp_path / "council")
    form = council / "forms" / "proposal-draft.yaml"
    form.write_text(form.read_text().replace("    at_least: 1\n", "    fixed: yes\n"))
    monkeypatch.setattr(council_hall, "COUNCIL", council)
    hall, office = served(tmp_path / "hall.db")
    yield hall, office.browser("cleo")
    hall.app.database.dispose()


def test_fixed_lines_are_changed_and_no_other_is_offered(fixed):
    hall, client = fixed
    proposal = begun(hall, BENCH)

    page = text(client.get(address(hall)))
    send(client, address(hall), f__reason="Rest", **{"f__lines.0.amount": "130"})

    assert "f-lines.0.amount" in page
    assert "Add line" not in page
    assert "lines.0.remove" not in page
    assert "f-lines.1.row" not in page
    assert hall.lines(proposal)["Bench"]["amount"] == Decimal(130)


def test_what_is_wrong_stands_at_the_line(hall, client):
    begun(hall, BENCH)

    page = send(client, address(hall), f__reason="Rest", **{"f__lines.0.amount": "much"})

    assert page.status_code == 422
    assert 'id="field-lines-0-amount-error">&#39;much&#39; is not a number.' in text(page)
    assert filled(page)["f-lines.0.amount"] == "much"


def test_too_few_lines_are_told_below_the_table(hall, client):
    begun(hall)

    page = send(client, address(hall), f__reason="Rest")

    assert page.status_code == 422
    assert "At least 1 line must be there." in text(page)


def test_what_others_have_changed_is_told_and_can_then_be_written_over(hall, client):
    # given a page that was opened before somebody else changed a line
    proposal = begun(hall, BENCH)
    seen = filled(client.get(address(hall)))
    line = hall.task("work-out", "Cleo").form.sections[1].rows.rows[0]
    records.update(hall.app, hall.actor("Cleo"), _line(line.id), {"amount": "99"})

    # when it is sent it is refused, and what stands there now is told
    sent = seen | {"f-reason": "Rest", "f-lines.0.amount": "130"}
    page = client.post(address(hall), data=sent)
    assert page.status_code == 409
    assert "Cleo has changed a row that you are about to write or remove" in text(page)
    assert differences(page) == [["Amount", "120.5", "99", "130"]]

    # and sent again, it is written
    assert client.post(address(hall), data=filled(page)).status_code == 302
    assert hall.lines(proposal)["Bench"]["amount"] == Decimal(130)


def test_a_draft_is_put_back(hall, client):
    begun(hall, BENCH)
    line = hall.task("work-out", "Cleo").form.sections[1].rows.rows[0]
    drafted = [
        {"id": line.id, "revision": line.revision, "values": {"text": "Long bench"}},
        {"values": {"text": "Screws", "amount": None}},
    ]
    task = hall.open_tasks()["work-out"]
    save_draft(hall.app, hall.actor("Cleo"), task.id, {"lines": drafted})

    fields = filled(client.get(address(hall)))

    assert fields["f-lines.0.text"] == "Long bench"
    assert (fields["f-lines.1.row"], fields["f-lines.1.text"]) == ("new", "Screws")
    assert fields["f-lines.1.amount"] == ""


def test_typing_is_kept_as_a_draft_with_its_lines(hall, client):
    begun(hall, BENCH)
    fields = filled(client.get(address(hall)))

    answer = client.post(f"{address(hall)}draft", data=fields | {"f-lines.0.text": "Long bench"})

    assert answer.json == {"kept": True}
    [kept] = hall.task("work-out", "Cleo").draft["lines"]
    assert kept["values"]["text"] == "Long bench"


def test_lines_of_a_task_that_is_done_are_shown(hall, client):
    begun(hall, BENCH)
    where = address(hall)
    send(client, where, f__reason="Rest")

    page = text(client.get(where))

    assert "<td>Bench</td>" in page
    assert "f-lines.0.row" not in page


def _line(number):
    return RecordRef("line", number)
