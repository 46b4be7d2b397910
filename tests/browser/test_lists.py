"""Lists at the keyboard, as their readers set them up, and as files."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AXE
from tests.browser.test_accessibility import found_on
from tests.browser.test_work import begin_a_call

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


class TestColumns:
    def test_are_chosen_and_put_in_order(self, log_in):
        page = log_in("anna").go("/records/person/")
        page.get_by_role("button", name="Columns").click()
        chooser = page.get_by_role("dialog", name="Columns")
        before = chooser.get_by_role("checkbox").evaluate_all("boxes => boxes.map(b => b.value)")
        if AXE.is_file():
            assert found_on(page) == []
        second = chooser.get_by_role("checkbox").nth(1)
        title = second.locator("xpath=..").inner_text()
        chooser.get_by_role("button", name=f"Move {title} up").press("Enter")
        chooser.get_by_role("checkbox").nth(1).uncheck()
        chooser.get_by_role("button", name="Show these").click()
        expect(page.locator("#rows th").first).to_contain_text(title)
        assert f"columns={before[1]}" in page.url
        assert before[0] not in page.url


class TestAFile:
    @pytest.mark.parametrize("kind", ["CSV, these columns", "Excel (XLSX), all columns"])
    def test_is_had_with_the_filter_of_now(self, log_in, kind):
        page = log_in("anna").go("/records/person/")
        with page.expect_response(lambda answer: "search=Lily" in answer.url):
            page.get_by_label("Search in this list").fill("Lily")
        expect(page.get_by_text("1 record", exact=True)).to_be_visible()
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as begun:
            page.get_by_role("link", name=kind).click()
        content = Path(begun.value.path()).read_bytes()
        expect(page.get_by_role("dialog")).to_have_count(0)
        if kind.startswith("CSV"):
            assert begun.value.suggested_filename.endswith(".csv")
            assert content.decode().count("\n") == 2
        else:
            assert content.startswith(b"PK")

    def test_tells_how_far_it_is_and_is_stopped(self, log_in):
        page = log_in("anna").go("/records/person/")
        page.route("**/export/csv/**", lambda _: None)  # an answer that takes its time
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="CSV, these columns").click()
        under_way = page.get_by_role("dialog", name="Export")
        expect(under_way.get_by_role("status")).to_have_text("The list is being read …")
        if AXE.is_file():
            assert found_on(page) == []
        under_way.get_by_role("button", name="Cancel").click()
        expect(under_way.get_by_role("status")).to_have_text("Stopped. Nothing was kept.")
        under_way.get_by_role("button", name="Close").click()
        expect(page.get_by_role("dialog")).to_have_count(0)


class TestASavedView:
    def test_is_kept_from_what_the_list_shows_opened_changed_and_deleted(self, log_in):
        page = log_in("anna").go("/records/person/")
        with page.expect_response(lambda answer: "search=Lily" in answer.url):
            page.get_by_label("Search in this list").fill("Lily")
        expect(page.get_by_text("1 record", exact=True)).to_be_visible()
        page.get_by_role("button", name="Views").click()
        page.get_by_role("button", name="Keep this as a view").click()
        form = page.get_by_role("dialog", name="Keep this as a view")
        if AXE.is_file():
            assert found_on(page) == []
        form.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Views").click()
        page.get_by_role("button", name="Keep this as a view").click()
        form.get_by_label("Name").fill("Only Lily")
        form.get_by_label("Open the list with it").check()
        form.get_by_role("button", name="Keep").click()
        expect(page.get_by_role("button", name="Only Lily")).to_be_visible()

        page.goto(page.url.partition("?")[0])
        expect(page.get_by_text("1 record", exact=True)).to_be_visible()
        page.get_by_role("button", name="Only Lily").click()
        if AXE.is_file():
            assert found_on(page) == []
        page.get_by_role("button", name="Change …").click()
        page.on("dialog", lambda asked: asked.accept())
        page.get_by_role("dialog", name="Only Lily").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("The view “Only Lily” is deleted.")).to_be_visible()
        expect(page.get_by_text("1 record", exact=True)).to_have_count(0)


class TestSeveralTasks:
    def test_are_done_one_by_one_and_what_failed_is_told(self, log_in):
        anna = log_in("anna")
        for said in ("It hums.", "It blinks."):
            begin_a_call(anna, said)
        page = anna.go("/?which=due")
        if AXE.is_file():
            assert found_on(page) == []
        page = anna.go("/?which=all")
        chosen = page.get_by_role("checkbox", name=re.compile("^Choose .*It (hums|blinks)"))
        for box in chosen.all()[:2]:
            box.check()
        refused = iter([True, False])

        def answer(route):
            if next(refused):
                route.fulfill(json={"done": 0, "told": "", "failed": {"1": "Ben has it."}})
            else:
                route.continue_()

        page.route("**/tasks/together", answer)
        page.get_by_role("button", name="Claim", exact=True).click()
        told = page.get_by_role("dialog", name="Several tasks")
        expect(told.get_by_role("status")).to_have_text("1 of 2 done. Not done:")
        expect(told.get_by_role("listitem")).to_contain_text(["Ben has it."])
        if AXE.is_file():
            assert found_on(page) == []
        told.get_by_role("button", name="Close").click()
        expect(
            page.get_by_role("button", name=re.compile("^Claim .*It (hums|blinks)"))
        ).to_have_count(1)
