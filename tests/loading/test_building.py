"""Values are made of files just as the words of the domain describe them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from server.domain.calendar import STANDARD
from server.domain.decision import Hits
from server.domain.entity import STATUS
from server.domain.role import Operation
from server.domain.step import (
    Choose,
    Decide,
    Do,
    Together,
)
from server.domain.target import Agreed
from server.domain.values import YES_NO, Kind, RecordRef, Type
from tests.loading.models import JUDGE, REVIEW, served


def test_an_entity_has_its_fields_and_one_for_its_statuses(tmp_path):
    case = served(tmp_path).entities["case"]

    assert (case.number, case.label, case.first_status) == ("CAS", "subject", "open")
    assert case.fields["subject"].required
    assert case.fields["subject"].type.at_most == Decimal(120)
    assert case.fields["owner"].type == Type(Kind.REF, entity="person")
    assert case.fields["weight"].decided_by == "case-weight"
    assert list(case.fields)[-1] == STATUS
    assert case.fields[STATUS].type.choices == ("open", "decided", "closed")
    assert case.fields[STATUS].titles["closed"] == "Closed"
    assert case.statuses["closed"].is_final


def test_records_that_refer_here_are_a_list(tmp_path):
    cases = served(tmp_path).entities["person"].fields["cases"]

    assert cases.type == Type(Kind.LIST, item=Type(Kind.REF, entity="case"))
    assert cases.back == ("case", "owner")
    assert not cases.is_stored


def test_the_word_roles_makes_a_choice_of_all_of_them(tmp_path):
    holder = served(tmp_path).entities["holder"]

    assert holder.fields["role"].type.choices == ("clerk", "manager")


def test_a_role_may_do_what_it_says_and_no_more(tmp_path):
    clerk = served(tmp_path).roles["clerk"]

    assert clerk.allows(Operation.CREATE, "case")
    assert not clerk.allows(Operation.DELETE, "case")


def test_a_role_names_groups_of_the_log_in_service(tmp_path):
    clerk = """\
role: clerk
title: Clerk
responsibilities: [Keep every case moving.]
may: { case: [read, create, update], note: [read] }
log_in_groups: [Town Hall, Night Desk]
"""

    roles = served(tmp_path, clerk).roles

    assert roles["clerk"].log_in_groups == {"Town Hall", "Night Desk"}


def test_a_form_has_what_differs_from_the_entity(tmp_path):
    [subject, reason] = served(tmp_path).forms["case-judgement"].fields

    assert (subject.field, subject.read_only, subject.required) == ("subject", True, None)
    assert (reason.required, reason.guideline) == (
        True,
        "Two sentences that the applicant can follow.",
    )


class TestADecision:
    TEXT = """\
decision: case-verdict
inputs:
  sound: { type: yes_no }
  pages: { type: whole_number, at_least: 0, optional: yes }
settings:
  share: { type: fraction, value: 2/3, why: As in the statutes. }
  longest: { type: duration, value: P14D, why: Two weeks. }
computed:
  heavy: pages is not null and pages > 10
hits: first
rules:
  - { rule: row, if: { sound: yes, pages: "[1..5)" }, then: { verdict: accept } }
  - { rule: listed, if: { pages: [7, ">= 20"] }, then: { verdict: accept } }
  - { rule: none, if: { pages: "null" }, then: { verdict: reject }, because: Nothing to read. }
  - { rule: words, if: sound and heavy, then: { verdict: accept } }
  - { rule: always, if: true, then: { verdict: reject } }
  - { otherwise: { verdict: reject } }
tests:
  - { given: { sound: yes }, expect: { verdict: accept } }
"""
    STEPS = f"""\
{REVIEW}steps:
{JUDGE}  - step: verdict
    decide: case-verdict
    given: {{ sound: judgement.sound, pages: case.pages }}
    outcomes: {{ accept: done, reject: done }}
"""
    REOPENING = f"""\
procedure: case-reopening
roles: {{ manager: anyone }}
steps:
{JUDGE.replace("clerk", "manager")}
"""

    def test_has_its_types_settings_and_rules(self, tmp_path):
        found = served(tmp_path, self.TEXT, self.STEPS, self.REOPENING).decisions["case-verdict"]

        assert found.inputs["sound"] == YES_NO
        assert found.inputs["pages"].at_least == 0
        assert found.optional == {"pages"}
        assert found.settings["share"].value == Fraction(2, 3)
        assert found.settings["longest"].value.days == 14
        assert found.hits is Hits.FIRST
        assert [rule.key for rule in found.rules] == [
            "row", "listed", "none", "words", "always", "otherwise",
        ]  # fmt: skip
        assert found.rules[-1].condition is None
        assert found.rules[2].because == "Nothing to read."
        assert found.tests[0].given == {"sound": True}

    def test_reads_its_cells_as_conditions(self, tmp_path):
        found = served(tmp_path, self.TEXT, self.STEPS, self.REOPENING).decisions["case-verdict"]

        assert [rule.condition.text for rule in found.rules[:-1]] == [
            "sound = true and pages in [1..5)",
            "pages in [7, >= 20]",
            "pages is null",
            "sound and heavy",
            "true",
        ]


class TestAProcedure:
    def test_asks_its_decision_with_answers_of_the_same_names(self, tmp_path):
        step = served(tmp_path).procedures["case-review"].step("verdict")

        assert isinstance(step.action, Decide)
        assert {key: item.text for key, item in step.action.given.items()} == {
            "sound": "judgement.sound"
        }

    def test_has_a_table_for_each_gateway(self, tmp_path):
        steps = f"""\
{REVIEW}steps:
{JUDGE}  - step: sort
    choose:
      - {{ rule: urgent, if: case.urgent = true and judgement.sound, then: finish }}
      - {{ rule: rest, otherwise: done }}
  - {{ step: finish, end: judged }}
"""

        step = served(tmp_path, steps).procedures["case-review"].step("sort")

        assert isinstance(step.action, Choose)
        assert [rule.key for rule in step.action.gateway.rules] == ["urgent", "rest"]
        assert step.action.targets == ("finish", "done")
        assert {item.text for item in step.action.given.values()} == {
            "case.urgent",
            "judgement.sound",
        }

    def test_stops_by_a_table_that_says_stop(self, tmp_path):
        procedure = served(tmp_path).procedures["case-review"]

        assert procedure.stops_when.title == "case.status = closed"
        assert [rule.then["then"] for rule in procedure.stops_when.rules] == ["stop", "go-on"]

    def test_begins_by_a_table_that_says_start(self, tmp_path):
        [start] = served(tmp_path).procedures["case-reopening"].starts

        assert (start.key, start.when) == ("when-new-case", "case")
        assert [rule.then["then"] for rule in start.gateway.rules] == ["start", "stay"]

    def test_names_its_starts_for_what_starts_them(self, tmp_path):
        keys = [start.key for start in served(tmp_path).procedures["case-review"].starts]

        assert keys == ["after-case-registration", "by-clerk"]

    def test_has_lanes_held_by_anyone_or_for_a_record(self, tmp_path):
        procedures = served(tmp_path).procedures

        assert procedures["case-registration"].lanes == {"clerk": None}
        assert procedures["case-review"].lanes["clerk"].text == "case.owner"

    def test_keeps_what_people_are_asked(self, tmp_path):
        step = served(tmp_path).procedures["case-reopening"].step("judge")

        assert isinstance(step.action, Do)
        question = step.action.asks["sound"]
        assert (question.text, question.required) == ("Is it sound after all?", False)
        assert step.outcomes["sure"].needs == ("sound", "reason")

    def test_has_branches_with_lists_of_their_own(self, tmp_path):
        steps = f"""\
{REVIEW}steps:
{JUDGE}  - step: both
    together:
      files: [{{ step: file, notify: case-decided }}]
      money: [{{ step: pay, notify: case-decided, then: done }}]
    finish_when: files
"""

        step = served(tmp_path, steps).procedures["case-review"].step("both")

        assert isinstance(step.action, Together)
        assert [branch.key for branch in step.action.branches] == ["files", "money"]
        assert step.action.finish_when == "files"


def test_a_correlation_knows_what_becomes_of_a_message(tmp_path):
    found = served(tmp_path).correlations["sensors"]

    assert (found.creates, found.identity) == ("note", ("id",))
    assert found.fields["text"].paths == ("message",)
    assert found.fields["text"].otherwise == "A letter has come"


def test_a_notification_says_to_whom(tmp_path):
    [owner, managers] = served(tmp_path).notifications["case-decided"].to

    assert (owner.of.text, owner.role) == ("case.owner", None)
    assert (managers.of, managers.role) == (None, "manager")


class TestACalendar:
    YARD = """\
calendar: yard
title: Hours of the yard
purpose: Who loads, and when.
zone: Europe/Berlin
week: { monday: "6:00-12:00,12:30 - 14:30", saturday: 0:00-24:00 }
holidays: { country: DE, subdivision: BY }
days: { 2026-12-24: closed, 2026-12-27: 9:05-10:00 }
"""

    def test_has_its_hours_zone_and_days(self, tmp_path):
        found = served(tmp_path, self.YARD).calendars["yard"]

        assert (found.title, found.purpose) == ("Hours of the yard", "Who loads, and when.")
        assert (found.zone, found.week) == (
            ZoneInfo("Europe/Berlin"),
            {0: ((360, 720), (750, 870)), 5: ((0, 1440),)},
        )
        assert found.days == {date(2026, 12, 24): (), date(2026, 12, 27): ((545, 600),)}

    def test_knows_the_holidays_of_a_country_and_of_a_part_of_it(self, tmp_path):
        epiphany, unity, stephen = date(2026, 1, 6), date(2026, 10, 3), date(2099, 12, 26)

        bavaria = served(tmp_path / "a", self.YARD).calendars["yard"].holidays
        germany = (
            served(tmp_path / "b", self.YARD.replace(", subdivision: BY", ""))
            .calendars["yard"]
            .holidays
        )

        assert {epiphany, unity, stephen} <= bavaria.keys()
        assert {unity, stephen} <= germany.keys()
        assert epiphany not in germany

    def test_counts_working_time_where_the_model_names_it(self, tmp_path):
        named = f"{self.YARD}# model.yaml\ncalendar: yard\n"

        assert served(tmp_path / "a", named).calendar.key == "yard"
        assert served(tmp_path / "b", self.YARD).calendar is STANDARD


class TestATarget:
    OWNED = """\
target: case-owned
title: A case has an owner
purpose: Nobody waits for nobody.
entity: case
counts_while: pages is null or pages > 3
pauses_while: urgent = false
done_when: owner is not null
for_good: yes
void_when: status = closed
goal: { decide: case-time, given: { heavy: weight = heavy } }
calendar: yard
endangered_at: 2/3
# calendars/yard.yaml
calendar: yard
title: Hours of the yard
zone: Europe/Berlin
week: { monday: 6:00-12:00 }
# decisions/case-time.yaml
decision: case-time
title: How soon?
inputs: { heavy: { type: yes_no } }
output: { hours: { type: duration } }
hits: first
rules:
  - { rule: heavy, if: heavy, then: { hours: PT16H } }
  - { otherwise: { hours: PT8H } }
"""

    def test_has_its_conditions_its_goal_and_what_it_depends_on(self, tmp_path):
        definitions = served(tmp_path, self.OWNED)
        found = definitions.targets["case-owned"]

        assert (found.title, found.purpose) == ("A case has an owner", "Nobody waits for nobody.")
        assert [item.text for item in found.conditions()] == [
            "status = closed",
            "owner is not null",
            "urgent = false",
            "pages is null or pages > 3",
        ]
        assert isinstance(found.goal, Agreed)
        assert (found.goal.decision, found.goal.output) == ("case-time", "hours")
        assert found.reads == {"status", "owner", "urgent", "pages", "weight"}
        assert (found.for_good, found.endangered_at) == (True, Fraction(2, 3))
        assert definitions.calendar_of(found).key == "yard"
        assert found in definitions.promised("case")

    def test_is_counted_by_the_calendar_of_the_model_where_it_names_none(self, tmp_path):
        definitions = served(tmp_path)
        found = definitions.targets["case-decided"]

        assert found.goal == timedelta(hours=8)
        assert definitions.calendar_of(found) is STANDARD

    def test_has_tests_that_go_by_the_clocks_where_its_calendar_is(self, tmp_path):
        tests = """\
tests:
  - test: It is late
    changes: [{ at: 2026-03-02 06:00 }, { at: 2026-03-02 08:30, set: { owner: 1, weight: null } }]
    expect: [{ at: 2026-07-02 08:00, state: none }]
# calendars/yard.yaml
"""
        written = self.OWNED.replace("# calendars/yard.yaml\n", tests)
        [history] = served(tmp_path, written).targets["case-owned"].tests

        made, changed = history.changes
        assert (made.at, made.fields) == (datetime(2026, 3, 2, 5, tzinfo=UTC), {})
        assert changed.fields == {"owner": RecordRef("person", 1), "weight": None}
        [seen] = history.expect
        assert (seen.at, seen.state) == (datetime(2026, 7, 2, 6, tzinfo=UTC), None)


def test_a_process_lists_its_procedures_in_order(tmp_path):
    process = served(tmp_path).processes["case-management"]

    assert process.procedures == ("case-registration", "case-review", "case-reopening")
