"""The clocks of a record on its page and at its task: how far, until when, met or missed, and why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from admin.clocks import span
from server.usecases import records
from tests.admin.conftest import Office
from tests.builders import AT

INCIDENT = "incident_request"
HOUR = timedelta(hours=1)
Page = Callable[..., str]


@pytest.fixture
def page(office: Office, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page of a request of Monday at nine, changed an hour later and looked at later still."""

    def at(hours: float, who: str = "ann", **changes: object) -> str:
        record = office.store(INCIDENT, summary="Jam")
        if changes:
            monkeypatch.setattr(office.clock, "at", AT + HOUR)
            records.update(office.app, office.actor("ann"), record, changes)
        monkeypatch.setattr(office.clock, "at", AT + hours * HOUR)
        answer = office.browser(who).get(f"/records/{INCIDENT}/details/?id={record.id}")
        assert answer.status_code == 200
        return answer.text

    return at


def words(page: str) -> str:
    """What stands on the card of service targets, without markup."""
    card = page.partition("Service targets</h2>")[2].partition("</ul>")[0]
    text = " ".join(part.partition(">")[2] for part in card.split("<"))
    return " ".join(unescape(text).replace(" ;", ";").split())


def test_the_worst_stands_first_with_words_beside_its_bar(page: Page):
    found = page(2)

    assert words(found) == (
        "Somebody answers Missed 2 h of 1 h used; since 02 Mar 2026, 10:00 UTC; by 1 h "
        "It is solved In time 2 h of 4 h used; due 02 Mar 2026, 14:00 UTC"
    )
    assert '<progress max="100" value="50">' in found


def test_what_is_met_says_with_how_much_left_and_what_is_in_danger_until_when(
    office: Office, page: Page
):
    assert words(page(4, assignee=office.people["bob"].id, status="assigned")) == (
        "It is solved In danger 3 h of 4 h used; due 02 Mar 2026, 14:00 UTC "
        "Somebody answers Met 1 h of 1 h used; with 0 min left"
    )


def test_a_clock_that_stands_still_says_since_when_and_why(office: Office):
    record = office.store(INCIDENT, summary="Jam", status="pending", pending_reason="Parts")
    found = office.browser("ann").get(f"/records/{INCIDENT}/details/?id={record.id}").text

    assert (
        "It is solved Stands still 0 min of 4 h used The clock stands still since "
        "02 Mar 2026, 09:00 UTC : Status: Pending."
    ) in words(found)


def test_what_is_called_off_has_no_clock_that_is_void(office: Office, page: Page):
    assert "It is solved" not in words(page(3, status="cancelled"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("entities/incident_request/", '<a class="fw-medium" href="/guide/targets/solution/">'),
        ("targets/solution/", "<dt>Time</dt><dd>4 h</dd>"),
        ("targets/solution/", '<a href="/guide/calendars/mornings/">Mornings</a>'),
        (
            "targets/solution/",
            "<dt>It stands still while</dt><dd><code>status = pending</code></dd>",
        ),
        ("targets/first-answer/", "It is done, once and for all, when"),
        ("targets/first-answer/", "Monday to Friday from eight to five, in UTC"),
    ],
)
def test_the_guide_tells_what_is_promised(office: Office, address: str, said: str):
    assert said in office.browser("bob").get(f"/guide/{address}").text


def test_the_guide_has_no_targets_that_there_are_not(office: Office):
    assert office.browser("bob").get("/guide/targets/gnomes/").status_code == 404


def test_time_is_told_in_hours_and_minutes():
    amounts = (timedelta(), timedelta(seconds=59), HOUR, 26.5 * HOUR, timedelta(minutes=45))

    assert [span(amount) for amount in amounts] == [
        "0 min",
        "0 min",
        "1 h",
        "26 h 30 min",
        "45 min",
    ]
