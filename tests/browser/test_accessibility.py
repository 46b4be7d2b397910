"""axe finds nothing against WCAG 2.1 A and AA on the main pages, light and dark."""

import pytest

from server.domain.actor import APPLICATION
from server.usecases import access
from tests.browser.conftest import AXE, choose
from tests.conftest import missing

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PAGES = (
    "/",
    "/begin/",
    "/begin/incident-request-registration/by-phone/",
    "/runs/",
    "/?which=due",
    "/records/person/",
    "/records/incident_request/?columns=assignee,priority,id",
    "/records/person/details/?id=1",
    "/records/person/edit/?id=1",
    "/records/incident_request/new/",
    "/guide/",
    "/guide/processes/incident-management/",
    "/kpis/",
    "/kpis/incident-time-to-restore/",
    "/guide/procedures/incident-request-registration/",
    "/guide/roles/specialist/",
    "/guide/decisions/incident-priority/",
    "/guide/entities/incident_request/",
    "/search/?q=mail",
    "/notifications/",
    "/account/",
    "/administration/",
    "/administration/accounts/",
    "/administration/accounts/1/",
    "/nothing/here",
)


def found_on(page):
    if not AXE.is_file():
        missing("no axe-core: npm ci in tests/browser")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_main_pages(log_in, dark):
    alex = log_in("alex", dark=dark)
    found = {}
    for address in PAGES:
        page = alex.go(address)
        page.wait_for_load_state("networkidle")
        problems = found_on(page)
        if problems:
            found[address] = problems
    assert not found, "\n".join(
        f"{address}\n  " + "\n  ".join(problems) for address, problems in found.items()
    )


def test_a_task(log_in):
    anna = log_in("anna")
    page = anna.go("/begin/incident-request-registration/by-phone/")
    choose(page, "Caller", "Amy Winter")
    page.get_by_role("textbox", name="Message").fill("It beeps.")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/tasks/**")
    assert found_on(page) == []
    page.get_by_role("button", name="Done").click()
    page.get_by_role("alert").wait_for()
    assert found_on(page) == []


def test_logging_in(product, browser):
    page = browser.new_page()
    page.goto(f"{product.at}/log-in")
    assert found_on(page) == []
    page.close()


def test_a_link_to_a_password(product, browser):
    page = browser.new_page()
    page.goto(f"{product.at}/password/{access.password_link(product.app, APPLICATION, 'lily')}")
    assert found_on(page) == []
    page.close()
