"""Single keys: one table tells them on every page, and they can be turned off."""

import re

from tests.admin.conftest import token


def told(client, address="/"):
    page = client.get(address).get_data(as_text=True)
    return re.findall(r'<tr data-keys="([^"]+)" data-act="(\w*)" data-leads-to="([^"]*)"', page)


def test_every_page_tells_the_keys_and_where_they_lead(office):
    keys = told(office.browser("ann"), "/records/incident_request/")
    assert ("j", "next", "") in keys
    assert ("g w", "", "/") in keys
    assert ("g a", "", "/account/") in keys


def test_they_lead_where_the_menu_leads_and_nowhere_else(office):
    keys = {pressed for pressed, _, _ in told(office.browser("ann"))}
    assert "g d" not in keys
    office.person("ada", "administrator")
    keys = {pressed for pressed, _, _ in told(office.browser("ada"))}
    assert "g d" in keys


def test_no_key_begins_another(office):
    keys = [pressed for pressed, _, _ in told(office.browser("ann"))]
    assert len(set(keys)) == len(keys)
    assert not [one for one in keys for other in keys if other.startswith(f"{one} ")]


def test_they_are_turned_off_and_on_in_my_account(office):
    client = office.browser("ann")
    sent = {"csrf_token": token(client.get("/account/"))}
    page = client.post("/account/keys", data=sent | {"keys": "off"}, follow_redirects=True)
    assert "Single keys are off in this browser." in page.get_data(as_text=True)
    assert 'aria-labelledby="keys-title" data-off>' in client.get("/").get_data(as_text=True)
    client.post("/account/keys", data=sent | {"keys": "on"})
    assert "data-off>" not in client.get("/").get_data(as_text=True)
