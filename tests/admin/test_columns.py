"""Which columns a list has: chosen by its reader, from what the reader may see."""

import re

import pytest

LIST = "/records/incident_request/"


def text(client, address=LIST):
    page = client.get(address)
    assert page.status_code == 200
    return page.get_data(as_text=True)


def heads(page):
    return [re.sub("<[^>]+>", "", head) for head in re.findall(r"<th[^>]*>(.*?)</th>", page)][:-2]


def offered(page):
    return re.findall(r'name="columns" value="(\w+)"( checked)?', page)


@pytest.fixture
def incident(office):
    return office.store(
        "incident_request", summary="Printer burns", requester=office.people["eve"]
    )


def test_a_list_has_the_columns_that_are_chosen_in_their_order(office, incident):
    page = text(office.browser("ann"), f"{LIST}?columns=requester&columns=id,summary")
    assert heads(page) == ["Requester", "Number", "Summary"]
    assert (
        '<a class="fw-medium text-reset" href="/records/incident_request/details/?id=1">Eve'
        in page
    )


def test_the_chooser_shows_what_there_is_and_what_is_chosen(office, incident):
    choices = offered(text(office.browser("ann"), f"{LIST}?columns=summary,id"))
    assert choices[:2] == [("summary", " checked"), ("id", " checked")]
    assert ("description", "") in choices


@pytest.mark.parametrize("asked", ["nothing", "", ",,", "%00", "requests", "<b>"])
def test_columns_that_there_are_not_leave_the_usual_ones(office, incident, asked):
    client = office.browser("ann")
    assert heads(text(client, f"{LIST}?columns={asked}")) == heads(text(client))


def test_a_line_leads_to_its_record_whatever_stands_first(office, incident):
    page = text(office.browser("ann"), f"{LIST}?columns=description,summary")
    assert 'details/?id=1">INC000000000001</a>' in page


def test_links_of_the_list_keep_what_was_chosen(office, incident):
    page = text(office.browser("ann"), f"{LIST}?columns=status,id&search=burns&sort=id&desc=1")
    assert 'aria-sort="descending"' in page
    sorting = re.search(r'<a class="table-sort[^"]*" href="([^"]+)">Status', page)
    assert "columns=status,id" in sorting.group(1).replace("%2C", ",")
    assert "sort=status" in sorting.group(1)
    assert 'name="search" value="burns"' in page
    assert '<input type="hidden" name="sort" value="id">' in page


def test_what_is_hidden_is_no_column(office):
    owner = office.person("oda", "service-owner")
    office.store("incident_request", summary="Printer", description="Smoke", requester=owner)
    page = text(office.browser("oda"), f"{LIST}?columns=description,summary")
    assert heads(page) == ["Summary"]
    assert "description" not in dict(offered(page))
    assert "Smoke" not in page
