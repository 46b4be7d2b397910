"""What is refused is noted, with who asked, at which door, and what it would have taken."""

from __future__ import annotations

import pytest

from tests.admin.conftest import Office, token


@pytest.fixture
def noted(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("WARNING", logger="server.usecases.refusing")
    return caplog


@pytest.mark.parametrize(
    ("who", "method", "path", "rule"),
    [
        ("eve", "GET", "/records/service/", "the right to read service"),
        ("eve", "GET", "/look-up/service", "the right to read service"),
        ("ann", "GET", "/records/service/new/", "the right to create service"),
        ("ann", "GET", "/records/person/edit/", "the right to update person"),
        ("ann", "GET", "/administration/", "the permission administer"),
        ("eve", "GET", "/runs/1/", "a part in run 1"),
        ("eve", "GET", "/tasks/1/", "a part in run 1"),
        ("eve", "POST", "/tasks/1/claim", "a part in run 1"),
        ("ann", "POST", "/tasks/1/claim", "the role specialist"),
    ],
)
def test_a_refusal_is_noted(office: Office, begun, noted, who, method, path, rule):
    client = office.browser(who)
    sent = {"csrf_token": token(client.get("/"))}
    answer = client.open(path, method=method, data=sent, query_string={"id": 1})

    assert answer.status_code in {403, 404}
    assert noted.messages == [f"Refused: {who} at {method} {path}; it takes {rule}"]
