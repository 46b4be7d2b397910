"""Lists at the keyboard, as their readers set them up, and as files."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AXE
from tests.browser.test_accessibility import found_on

pytestmark = pytest.mark.browser


def focused(page):
    return page.locator("tr:focus-within td").first


class TestSingleKeys:
    def test_go_along_the_lines_and_open_one(self, log_in):
        page = log_in("anna").go("/records/person/")
        lines = page.locator("#rows tbody tr")
        page.keyboard.press("j")
        expect(focused(page)).to_have_text(lines.nth(0).locator("td").first.inner_text())
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        second = lines.nth(1).locator("td").first.inner_text()
        expect(focused(page)).to_have_text(second)
        page.keyboard.press("Enter")
        page.wait_for_url("**/details/**")
        expect(page.get_by_role("heading", level=1)).to_contain_text(second)

    def test_do_nothing_while_somebody_types(self, log_in):
        page = log_in("anna").go("/records/person/")
        box = page.get_by_label("Search in this list")
        box.click()
        page.keyboard.type("j?/gw")
        expect(box).to_have_value("j?/gw")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_are_told_and_lead_to_places(self, log_in):
        page = log_in("anna").go("/records/person/")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        if AXE.is_file():
            assert found_on(page) == []
        page.keyboard.press("j")  # not behind what is open
        expect(page.locator("tr:focus-within")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.type("gw")
        expect(page.get_by_role("heading", level=1)).to_have_text("My work")
        page.keyboard.press("/")
        expect(page.get_by_label("Search everything", exact=True)).to_be_focused()

    def test_are_turned_off(self, log_in):
        page = log_in("anna").go("/account/")
        page.get_by_role("button", name="Turn single keys off").click()
        expect(page.get_by_text("Single keys do nothing in this browser.")).to_be_visible()
        page.keyboard.type("?/gw")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_have_text("My account")
