"""A monitoring tool's delivery is read as its correlation says, whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.correlation import Correlation, Finding, Reading
from server.domain.refusals import Invalid, Malformed, TooLarge
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER, from_json
from server.usecases import messages
from tests.builders import a_field, an_entity, choice

ALERTS = Correlation(
    key="alerts",
    title="Alerts",
    source="alertmanager",
    creates="event",
    items="alerts",
    identity=("fingerprint", "startsAt"),
    resolved="status",
    fields={
        "summary": Reading(("annotations.summary", "labels.alertname"), {}),
        "severity": Reading(("labels.severity",), {"critical": "critical"}, "warning"),
        "seen_at": Reading(("startsAt",), {}),
        "count": Reading(("labels.count",), {}),
    },
    links={"ci": Finding("ci", "name", ("labels.ci", "labels.instance"), before=":")},
)
EVENT = an_entity(
    "event",
    a_field("summary", replace(TEXT, at_most=20), required=True),
    a_field("severity", choice("critical", "warning")),
    a_field("seen_at", DATE_TIME),
    a_field("count", WHOLE_NUMBER),
)


def an_alert(fingerprint="f1", starts_at="2026-03-02T08:59:00Z", **over):
    return {"fingerprint": fingerprint, "startsAt": starts_at, "status": "firing", **over}


def read(*alerts):
    return messages.messages(ALERTS, {"alerts": list(alerts)})


class TestADelivery:
    def test_gives_each_message_with_its_identity(self):
        found = read(an_alert("f1"), an_alert("f2"))
        assert [message["fingerprint"] for _, message in found] == ["f1", "f2"]
        assert len({identity for identity, _ in found}) == 2

    def test_may_hold_none(self):
        assert read() == ()

    @pytest.mark.parametrize("payload", [{}, [], "alerts", None, {"alerts": {}}, {"alerts": None}])
    def test_without_a_list_of_messages_is_malformed(self, payload):
        with pytest.raises(Malformed, match="no list of messages at 'alerts'"):
            messages.messages(ALERTS, payload)

    def test_that_does_not_say_whose_a_message_is_tells_where(self):
        with pytest.raises(Invalid) as refused:
            read(an_alert(), {"fingerprint": "f1"}, "firing", an_alert(fingerprint={}))
        assert refused.value.problems == {
            "alerts[1].startsAt": "This is needed to recognise the message.",
            "alerts[2]": "A message is an object.",
            "alerts[3].fingerprint": "This is needed to recognise the message.",
        }

    def test_of_too_many_messages_is_too_large(self):
        with pytest.raises(TooLarge, match="1001"):
            read(*[an_alert()] * 1001)

    def test_with_one_message_that_is_too_large_is_too_large(self):
        with pytest.raises(TooLarge, match=r"alerts\[1\]"):
            read(an_alert(), an_alert(annotations={"summary": "x" * 70_000}))

    def test_may_be_a_single_message(self):
        single = replace(ALERTS, items="")
        [(_, message)] = messages.messages(single, an_alert())
        assert message == an_alert()


class TestIdentity:
    @pytest.mark.slow
    @given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=2, max_size=2))
    def test_is_the_same_just_for_the_same_values(self, pairs):
        first, second = (messages.identity(ALERTS, an_alert(*pair)) for pair in pairs)
        assert (first == second) == (pairs[0] == pairs[1])

    def test_fits_its_column_however_long_the_values_are(self):
        found = messages.identity(ALERTS, an_alert("f" * 10_000))
        assert len(found) <= 500
        assert found != messages.identity(ALERTS, an_alert("f" * 10_001))


class TestFields:
    def values(self, **over):
        return messages.values(ALERTS, EVENT, an_alert(**over))

    def test_are_read_at_the_first_path_that_is_there(self):
        both = {"annotations": {"summary": "Disk"}, "labels": {"alertname": "Full"}}
        assert self.values(**both)["summary"] == "Disk"
        assert self.values(labels={"alertname": "Full"})["summary"] == "Full"
        assert self.values(**(both | {"annotations": {"summary": ""}}))["summary"] == "Full"
        assert "summary" not in self.values()

    def test_are_translated(self):
        assert self.values(labels={"severity": "critical"})["severity"] == "critical"
        assert self.values(labels={"severity": "page"})["severity"] == "warning"
        assert self.values()["severity"] == "warning"

    def test_are_values_of_their_types(self):
        found = self.values(labels={"count": 3})
        assert found["seen_at"] == from_json(DATE_TIME, "2026-03-02T08:59:00Z")
        assert found["count"] == 3

    def test_that_are_texts_are_cut_to_what_the_field_holds(self):
        assert self.values(annotations={"summary": "x" * 30})["summary"] == "x" * 19 + "…"

    def test_that_do_not_fit_are_told(self):
        with pytest.raises(
            Invalid, match="does not fit Event: 'many' is not a whole number"
        ) as no:
            self.values(labels={"count": "many"})
        assert no.value.problems.keys() == {"count"}
        assert "'alerts'" in no.value.hint


class TestLinks:
    def sought(self, **labels):
        return messages.sought(ALERTS.links["ci"], an_alert(labels=labels))

    def test_are_looked_for_by_the_first_text_without_its_tail(self):
        assert self.sought(ci="web-1", instance="10.0.0.1:9100") == "web-1"
        assert self.sought(instance="web-1:9100") == "web-1"

    def test_are_not_looked_for_when_nothing_is_said(self):
        assert self.sought() is None
        assert self.sought(instance=":9100") is None


def test_the_end_is_said_by_the_message_itself():
    assert messages.says_end(ALERTS, an_alert(status="resolved"))
    assert not messages.says_end(ALERTS, an_alert())
    assert not messages.says_end(replace(ALERTS, resolved=""), an_alert(status="resolved"))


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)
    )
)
def test_whatever_is_delivered_is_taken_or_refused_with_a_sentence(payload):
    taken = messages.messages(replace(ALERTS, items=""), payload) if _is_taken(payload) else ()
    assert len(taken) <= 1


def _is_taken(payload):
    try:
        messages.messages(replace(ALERTS, items=""), payload)
    except (Invalid, Malformed, TooLarge) as refusal:
        return not (str(refusal) and refusal.hint)
    return True
