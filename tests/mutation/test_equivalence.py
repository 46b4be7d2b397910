"""What is proved to change nothing, and what looks like it and does."""

import pytest

from tests.mutation.breaks import breaks
from tests.mutation.equivalence import WHY_THE_SAME
from tests.mutation.reasons import REASONS
from tests.mutation.trial import EQUIVALENT, Workshop

pytestmark = pytest.mark.slow


FILES = {
    "drop read_only on a form": "form",
    "drop a translation": "correlation",
    "another hit policy": "decision",
}
"""Kinds of break that are of other files than procedures."""


@pytest.fixture(scope="module")
def workshop():
    return Workshop()


@pytest.fixture
def judged(workshop):
    """Who notices a break, and what is said of it."""

    def judge(kind: str, key: str, what: str):
        file = FILES.get(kind, "procedure")
        found = breaks(file, key, workshop.data()[file, key])
        [broken] = [item for item in found if (item.kind, item.what) == (kind, what)]
        return workshop.judge(broken)

    return judge


@pytest.mark.parametrize(
    ("kind", "key", "what"),
    [
        ("drop enters of a step", "change-approval", "back-to-group"),
        ("drop begins_at of a start", "incident-request-closure", "start 1"),
        ("role held by anyone", "incident-request-tracking", "lane specialist"),
        ("swap two rows", "change-planning", "design: 1"),
        ("drop all_at_once of a step", "change-approval", "stopped-requests"),
        ("swap two steps", "change-approval", "ask-customers and ask-owner"),
        ("drop read_only on a form", "incident-tracking", "priority"),
        ("drop a translation", "prometheus-alertmanager", "severity: warning"),
        ("another hit policy", "cab-verdict", "exactly-one to first"),
    ],
)
def test_what_changes_nothing_says_why(judged, kind, key, what):
    found = judged(kind, key, what)

    assert (found.by, found.said) == (EQUIVALENT, WHY_THE_SAME[kind])


@pytest.mark.parametrize(
    ("kind", "key", "what"),
    [
        ("drop enters of a step", "change-approval", "plan-again"),
        ("drop begins_at of a start", "change-planning", "start 3"),
        ("role held by anyone", "change-approval", "lane service-owner"),
        ("swap two rows", "change-approval", "behind-it: 1"),
        ("drop all_at_once of a step", "infrastructure-change-implementation", "preparation"),
        ("swap two steps", "change-approval", "review and stop-conflict"),
        ("drop read_only on a form", "incident-tracking", "summary"),
        ("drop a translation", "prometheus-alertmanager", "severity: page"),
        ("another hit policy", "cab-verdict", "exactly-one to all"),
    ],
)
def test_what_only_looks_so_is_tried(judged, kind, key, what):
    assert judged(kind, key, what).by != EQUIVALENT


def test_reasons_are_given_for_breaks_that_there_are(workshop):
    kinds = {
        item.kind
        for (kind, key), data in workshop.data().items()
        for item in breaks(kind, key, data)
    }

    assert REASONS.keys() <= kinds
