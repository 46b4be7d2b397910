"""Somebody logs in by the organisation's service in a real browser, and out again."""

import shutil
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from server import main
from server.settings import LogInService, Settings
from tests.browser.test_accessibility import found_on
from tests.conftest import missing
from tests.provider.provider import PROGRAM, running

pytestmark = pytest.mark.browser
ZOE = {"name": "Zoe Park", "email": "zoe@example.org", "email_verified": True}


def test_the_way_to_the_service_and_back_is_open(product, browser, tmp_path):
    """What may be sent where is bounded by the content policy; browsers hold to it, and tests by HTTP do not."""
    if shutil.which("node") is None or not PROGRAM.exists():
        missing("no oidc-provider: run npm ci in tests/provider")
    server = make_server("127.0.0.1", 0, None, threaded=True)
    us = f"http://127.0.0.1:{server.server_port}"
    with running(us) as provider:
        provider.knows(zoe=ZOE)
        service = LogInService(
            provider.issuer, "procedura", "only for tests", title="Example", enters_unknown=True
        )
        server.app = main.web(product.app, Settings(data=tmp_path, service=service))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        page = browser.new_page(base_url=us)
        errors = []
        page.on(
            "console",
            lambda said: (
                errors.append(said.text)
                if said.type == "error" and page.url.startswith(us)
                else None
            ),
        )
        # when somebody goes to the service from the page to log in, and says there who they are
        page.goto("/account/")
        assert found_on(page) == []
        page.get_by_role("link", name="Log in with Example").click()
        page.wait_for_url(f"{provider.issuer}/**")
        page.locator("input[name=login]").fill("zoe")
        page.locator("input[name=password]").fill("any")
        page.locator("button[type=submit]").click()
        # then they are where they wanted to go
        expect(page.get_by_role("heading", name="My account")).to_be_visible()
        assert page.url == f"{us}/account/"
        # and when they log out, they can do so at the service too, and come back
        page.get_by_role("button", name="Account").click()
        page.get_by_role("button", name="Log out", exact=True).last.click()
        page.get_by_role("link", name="Log out at Example too").click()
        page.wait_for_url(f"{provider.issuer}/**")
        page.locator("button").first.click()
        page.wait_for_url(f"{us}/log-in?**")
        page.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert errors == []
