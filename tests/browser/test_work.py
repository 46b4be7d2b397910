"""People at work in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import choose

pytestmark = pytest.mark.browser


def begin_a_call(person, message):
    page = person.go("/begin/")
    page.get_by_role("link", name="Begin: A user phones").click()
    choose(page, "Caller", "Amy Winter")
    page.get_by_role("textbox", name="Message").fill(message)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask how you can help")
    return page


def register(page, summary):
    """From the call to the registered request, which a specialist will have to resolve."""
    page.get_by_role("group", name=re.compile("About a registered request")).get_by_text(
        "No", exact=True
    ).click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register the request")
    page.get_by_label("Summary").fill(summary)
    choose(page, "Service", "Network access")
    page.get_by_label("Impact").select_option("moderate")
    page.get_by_label("Urgency").select_option("high")
    for question in ("Do you know how", "Do your access rights", "Can it be done"):
        page.get_by_role("group", name=re.compile(question)).get_by_text("No", exact=True).click()


class TestALookUp:
    def test_gives_nobody_who_was_found_before_for_other_words(self, log_in):
        # given a look-up that shows people already, and an answer that takes its time
        page = log_in("anna").go("/begin/incident-request-registration/by-phone/")
        box = page.get_by_role("combobox", name="Caller", exact=True)
        box.click()
        expect(page.locator(".ts-dropdown .option").first).to_be_visible()
        held = []
        page.route(re.compile(r"text=Lil$"), lambda route: held.append(route))  # noqa: PLW0108  it is given attributes

        # when somebody types a name and presses Enter before it is there
        with page.expect_request(re.compile(r"text=Lil$")):
            box.press_sequentially("Lil")
            box.press("Enter")

        # then nobody is chosen, and who was meant can be once the answer is there
        expect(page.locator(".ts-dropdown .option")).to_have_count(0)
        expect(page.locator(".ts-control .item")).to_have_count(0)
        held[0].continue_()
        expect(page.locator(".ts-dropdown .option")).to_have_text(["Lily Hart"])
        box.press("Enter")
        expect(page.locator(".ts-control .item")).to_have_text("Lily Hart")

    def test_goes_back_to_what_was_found_before(self, log_in):
        page = log_in("anna").go("/begin/incident-request-registration/by-phone/")
        box = page.get_by_role("combobox", name="Caller", exact=True)
        box.click()
        everybody = page.locator(".ts-dropdown .option")
        expect(everybody.first).to_be_visible()
        before = everybody.all_inner_texts()
        box.press_sequentially("Lily")
        expect(everybody).to_have_text(["Lily Hart"])

        for _ in "Lily":
            box.press("Backspace")

        expect(everybody).to_have_text(before)

    def test_that_finds_nobody_says_so(self, log_in):
        page = log_in("anna").go("/begin/incident-request-registration/by-phone/")
        box = page.get_by_role("combobox", name="Caller", exact=True)
        box.click()
        box.press_sequentially("Zzz")
        expect(page.locator(".ts-dropdown .no-results")).to_have_text("Nothing is found.")


class TestACall:
    def test_goes_from_the_phone_into_somebody_elses_queue(self, log_in):
        anna = log_in("anna")
        page = begin_a_call(anna, "The VPN asks for a code, but none comes.")
        # then what she typed on the phone is offered as the description
        register(page, "No code for working from home")
        expect(page.get_by_label("Description")).to_have_value(
            "The VPN asks for a code, but none comes."
        )
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("status")).to_contain_text("is done")
        # and the group's coordinator finds it, with its priority decided by rules
        tessa = log_in("tessa")
        row = tessa.page.get_by_role("row", name=re.compile("No code for working from home"))
        expect(row.first).to_be_visible()
        row.get_by_role("link").first.click()
        expect(tessa.page.get_by_text("How it is done")).to_be_visible()
        expect(tessa.page.locator("svg.diagram .is-current").first).to_be_visible()

    def test_shows_the_guideline_of_the_field_one_is_in(self, log_in):
        anna = log_in("anna")
        page = begin_a_call(anna, "My screen flickers.")
        page.get_by_role("textbox", name="Message").focus()
        expect(page.locator("#guideline .guideline-title")).to_have_text("Message")
        expect(page.locator("#guideline .guideline-text")).not_to_contain_text("no guideline")

    def test_keeps_what_was_typed(self, log_in):
        anna = log_in("anna")
        page = begin_a_call(anna, "The door reader is dead.")
        page.get_by_role("textbox", name="Message").fill("The door reader is dead. Second floor.")
        expect(page.locator("#draft-state")).to_contain_text("Draft kept")
        page.reload()
        expect(page.get_by_role("textbox", name="Message")).to_have_value(
            "The door reader is dead. Second floor."
        )

    def test_what_is_missing_is_told_at_the_field(self, log_in):
        anna = log_in("anna")
        page = begin_a_call(anna, "It beeps.")
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("alert")).to_contain_text("to put right")
        expect(page.locator(".invalid-feedback").first).to_be_visible()

    def test_two_people_at_one_task_are_told_of_each_other(self, log_in):
        anna, ben = log_in("anna"), log_in("ben")
        page = begin_a_call(anna, "The fan is loud.")
        address = page.url.removeprefix(anna.product.at)
        other = ben.go(address)
        page.get_by_role("button", name="Claim").click()
        expect(page.get_by_role("button", name="Release", exact=True)).to_be_visible()
        other.get_by_role("group", name=re.compile("About a registered request")).get_by_text(
            "No", exact=True
        ).click()
        other.get_by_role("button", name="Done").click()
        expect(other.get_by_role("alert")).to_contain_text("Anna Berg is working on this task.")


class TestRecords:
    def test_are_made_found_and_edited(self, log_in):
        alex = log_in("alex")
        page = alex.go("/records/group/new/")
        page.get_by_label("Name").fill("Night shift")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Night shift")
        page.get_by_role("link", name="Edit").click()
        page.get_by_label("Name").fill("Late shift")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Late shift")
        expect(page.locator(".happened")).to_contain_text("Night shift")
        alex.go("/records/group/")
        page.get_by_label("Search in this list").fill("late")
        expect(page.locator("#rows tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile("search=late"))

    def test_a_second_tab_is_told_what_the_first_has_changed(self, log_in):
        alex = log_in("alex")
        page = alex.go("/records/group/new/")
        page.get_by_label("Name").fill("Early shift")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Edit").click()
        second = alex.tab()
        second.goto(page.url)
        second.get_by_label("Name").fill("Day shift")
        second.get_by_role("button", name="Save").click()
        expect(second.get_by_role("heading", level=1)).to_have_text("Day shift")
        page.get_by_label("Name").fill("Any shift")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text(
            "has changed this group since you read it"
        )
        cells = page.locator(".differences tbody tr").first.locator("th, td")
        expect(cells).to_have_text(["Name", "Early shift", "Day shift", "Any shift"])
        expect(page.get_by_label("Name")).to_have_value("Any shift")

    def test_deleting_asks_first(self, log_in):
        alex = log_in("alex")
        page = alex.go("/records/group/new/")
        page.get_by_label("Name").fill("For an hour")
        page.get_by_role("button", name="Save").click()
        address = page.url
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(address)
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(re.compile("/records/group/$"))

    def test_a_list_is_filtered_without_loading_the_page_anew(self, log_in):
        alex = log_in("alex")
        page = alex.go("/records/person/")
        page.evaluate("window.same = true")
        page.get_by_role("combobox", name="Active", exact=True).select_option("no")
        expect(page).to_have_url(re.compile("active=no"))
        assert page.evaluate("window.same") is True

    def test_the_slash_key_leads_to_the_search(self, log_in):
        anna = log_in("anna")
        page = anna.go("/")
        page.keyboard.press("/")
        page.keyboard.type("closure")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Incident Request Closure")).to_be_visible()


class TestTheLook:
    def test_is_dark_where_the_system_is_and_can_be_switched(self, log_in):
        anna = log_in("anna", dark=True)
        root = anna.page.locator("html")
        expect(root).to_have_attribute("data-bs-theme", "dark")
        anna.page.get_by_role("button", name="Switch between light and dark").locator(
            "visible=true"
        ).click()
        expect(root).to_have_attribute("data-bs-theme", "light")
        anna.go("/guide/")
        expect(root).to_have_attribute("data-bs-theme", "light")

    def test_fits_a_phone(self, log_in):
        anna = log_in("anna", phone=True)
        for address in ("/", "/begin/", "/records/person/", "/guide/", "/runs/"):
            page = anna.go(address)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, f"{address} is {wide} wide"
        page.get_by_role("button", name="Menu").click()
        expect(page.get_by_role("link", name="My work")).to_be_visible()
