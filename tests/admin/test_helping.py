"""What may help stands beside a task and on the page of a record."""

import pytest

from tests.builders import stored


def text(page):
    return page.get_data(as_text=True)


INCIDENT = "incident_request"


@pytest.fixture
def helpful(office, begun):
    """A request like the one that has begun."""
    return stored(
        office.app.database,
        office.app.models,
        INCIDENT,
        summary="Printer burns again",
        description="Pull the <plug>",
    )


class TestBesideATask:
    def test_is_asked_for_by_its_page(self, office, begun):
        page = text(office.browser("bob").get(f"/tasks/{begun}/"))
        assert f'hx-get="/helping/task/{begun}/"' in page

    def test_can_be_taken_over_by_whoever_does_it(self, office, begun, helpful):
        part = text(office.browser("bob").get(f"/helping/task/{begun}/"))
        assert "Requests like this" in part
        assert "<mark>Printer</mark> <mark>burns</mark> again" in part
        assert f'href="/records/{INCIDENT}/details/?id={helpful.id}"' in part
        assert 'data-take="Pull the &lt;plug&gt;" data-into="description"' in part

    def test_is_only_read_by_others(self, office, begun, helpful):
        part = text(office.browser("ann").get(f"/helping/task/{begun}/"))
        assert "Pull the &lt;plug&gt;" in part
        assert "data-take" not in part

    def test_is_kept_from_who_has_no_business_with_it(self, office, begun, helpful):
        assert office.browser("eve").get(f"/helping/task/{begun}/").status_code in {403, 404}

    def test_is_nothing_where_nothing_helps(self, office, begun):
        assert "<section" not in text(office.browser("bob").get(f"/helping/task/{begun}/"))


class TestOnARecord:
    def test_is_asked_for_by_its_page_and_told(self, office, begun, helpful):
        client = office.browser("ann")
        address = f"/helping/?of={INCIDENT}&id=1"
        assert f'hx-get="{address.replace("&", "&amp;")}"' in text(
            client.get(f"/records/{INCIDENT}/details/?id=1")
        )
        part = text(client.get(address))
        assert "Pull the &lt;plug&gt;" in part
        assert "data-take" not in part

    @pytest.mark.parametrize(
        "address",
        [
            "",
            f"of={INCIDENT}",
            f"of={INCIDENT}&id=99",
            f"of={INCIDENT}&id=x",
            f"of={INCIDENT}&id=99999999999999999999",
            "of=nothing&id=1",
        ],
    )
    def test_of_what_is_not_there_is_not_found(self, office, address):
        assert office.browser("ann").get(f"/helping/?{address}").status_code == 404
