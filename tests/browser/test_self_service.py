"""Somebody who only asks for something, in a real browser."""

import pytest
from playwright.sync_api import expect

from server.domain.actor import APPLICATION
from server.usecases import records
from tests.browser.test_accessibility import found_on
from tests.builders import stored

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("look", [{}, {"dark": True}, {"phone": True}], ids=str)
def test_reports_finds_what_is_known_writes_and_attaches(log_in, product, look, tmp_path):
    # given something that has helped others
    app = product.app
    stored(
        app.database,
        app.models,
        "solution",
        title="Squirrels in the tower",
        text="Close the hatch.",
        status="active",
    )
    amy = log_in("amy", **look)
    page = amy.page
    expect(page.get_by_role("heading", level=1)).to_have_text("What can we do for you?")
    assert found_on(page) == []

    # when she begins to write what is the matter, help comes up beside it
    page.get_by_role("link", name="Report something").click()
    page.get_by_role("textbox", name="Message").press_sequentially("Squirrels", delay=10)
    page.locator("#suggestions summary").first.click()
    expect(page.locator("#suggestions")).to_contain_text("Close the hatch.")
    assert found_on(page) == []

    # and when it is no help, she sends it
    page.get_by_role("textbox", name="Message").fill(
        "Squirrels are back, and the hatch is closed."
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Squirrels are back, and the hatch is closed."
    )
    assert found_on(page) == []

    # then she may add to it
    picture = tmp_path / "squirrel.txt"
    picture.write_text("a squirrel")
    page.get_by_label("Write a note").fill("Here is one of them.")
    page.get_by_label("Files").set_input_files(picture)
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#journal")).to_contain_text("Here is one of them.")
    expect(page.locator("#journal").get_by_role("link", name="squirrel.txt")).to_be_visible()

    # and it stands among what she has asked for, and with the desk
    amy.go("/")
    expect(page.get_by_role("link", name="Squirrels are back").first).to_be_visible()
    [newest, *_] = records.page(app, APPLICATION, "contact", limit=1).items
    assert newest.values["message"] == "Squirrels are back, and the hatch is closed."
