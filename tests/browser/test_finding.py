"""Finding in a real browser: everything at once, and what helps with a task."""

import re

import pytest
from playwright.sync_api import expect

from server.domain.actor import APPLICATION
from server.usecases import records
from tests.browser.conftest import choose
from tests.browser.test_work import begin_a_call

pytestmark = pytest.mark.browser
TEXT = "1. Hold the card to the reader for three seconds.\n2. If it stays red, have it renewed."


@pytest.fixture(scope="module")
def solution(product):
    """A solution that everybody may use, about badges."""
    values = {
        "title": "Badge readers refuse a new badge",
        "text": TEXT,
        "status": "active",
        "service": "Network access",
    }
    return records.create(product.app, APPLICATION, "solution", values).title.record


def register_what_can_be_resolved(page, summary):
    page.get_by_role("group", name=re.compile("About a registered request")).get_by_text(
        "No", exact=True
    ).click()
    page.get_by_role("button", name="Done").click()
    page.get_by_label("Summary").fill(summary)
    choose(page, "Service", "Network access")
    page.get_by_label("Impact").select_option("minor")
    page.get_by_label("Urgency").select_option("low")
    for question in ("Do you know how", "Do your access rights", "Can it be done"):
        page.get_by_role("group", name=re.compile(question)).get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Done").click()


def test_a_solution_that_helps_is_found_and_taken_into_the_form(log_in, solution):
    # given a call about what a solution is there for, that the desk resolves
    anna = log_in("anna")
    page = begin_a_call(anna, "The badge reader at the door refuses my new badge")
    register_what_can_be_resolved(page, "Badge reader refuses new badge")
    expect(page.get_by_role("heading", level=1)).to_have_text("Resolve it at the desk")

    # when the analyst reads what stands beside the form
    beside = page.locator(".helping", has_text="Approved solutions")
    expect(beside.get_by_role("link")).to_contain_text("Badge readers refuse a new badge")
    expect(beside.locator("mark").first).to_be_visible()
    expect(beside.get_by_role("button", name=re.compile("Take over"))).to_have_count(0)
    page.get_by_role("button", name=re.compile("^It is solved")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Record the solution")
    box = page.get_by_role("textbox", name="Solution")
    box.fill("Badge programmed anew.")
    page.get_by_role("button", name=re.compile("Take over what SOL")).click()

    # then it stands in the form, below what was typed, and is kept as a draft
    expect(box).to_have_value(f"Badge programmed anew.\n\n{TEXT}")
    expect(page.locator("#draft-state")).to_contain_text(re.compile("kept|saved", re.IGNORECASE))


def test_a_search_shows_where_the_words_stand(log_in, solution):
    page = log_in("anna").go("/")
    page.keyboard.press("/")
    page.keyboard.type("badg red")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("Badge")
    page.get_by_role("link", name=re.compile("Badge readers refuse")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Badge readers refuse a new badge")
