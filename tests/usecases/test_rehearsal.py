"""Stories are played without a database; what went otherwise is told where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import loading
from server.rules import Rules
from server.usecases.rehearsal import play_all
from tests.loading.patching import copy_of_minimal, lay_example_over

HEAD = """\
scenario: case-review
title: How cases are reviewed
procedure: case-review
given:
  people: { ann: clerk, bob: clerk, mia: manager }
  records:
    case:
      fence: { subject: A fence, owner: ann }
stories:
  - story: A case is judged
    when:
      - { begin: case-review, start: after-case-registration, about: fence }
"""
JUDGED_IN_TIME = """\
procedure: case-review
roles:
  clerk: case.owner
  manager: anyone
steps:
  - step: judge
    title: Judge the case
    role: clerk
    do: Say whether the case is sound
    instruction: Read all of it, twice where money is concerned.
    due: { within: 2 working days, late: tell manager }
  - { step: finish, end: decided }
"""
JUDGED = "      - { complete: judge, by: ann, answers: { reason: It is low., sound: yes } }\n"


@pytest.fixture
def told(tmp_path):
    """What is told of a story with these further lines: line, column and sentence of each.

    `tasks` are those of the scenario.
    """

    def play(lines: str, tasks: str = "") -> list[str]:
        folder = tmp_path / "definitions"
        if not folder.exists():
            copy_of_minimal(folder)
        before = f"tasks: {{ {tasks} }}\n" if tasks else ""
        write(folder, HEAD.replace("stories:", f"{before}stories:") + lines)
        loaded = loading.load([folder])
        assert [str(item) for item in loaded.diagnostics] == []
        rules = Rules(loaded.definitions.decisions)
        return [
            f"{mark.line}:{mark.column} {found.sentence}"
            for played in play_all(loaded.definitions, rules.decide)
            for found in played.differences
            for mark in [loaded.mark("scenario", played.scenario, *found.path)]
        ]

    return play


def write(folder: Path, text: str) -> None:
    file = folder / "scenarios" / "case-review.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


class TestAStoryThatGoesAsTold:
    def test_says_nothing(self, told):
        then = """\
    then:
      open: []
      ended: { case-review: decided }
      records: { fence: { status: decided, reason: It is low., owner: ann } }
      rules: { verdict: lenient }
      told: { case-decided: [ann, mia] }
      hands_over_to: []
"""
        assert told(JUDGED + then) == []

    def test_expects_things_on_its_way(self, told):
        way = "      - then: { open: { judge: ann }, records: { fence: { status: open } } }\n"

        assert told(way + JUDGED + "    then: { open: [] }\n") == []

    def test_finds_somebody_of_a_role(self, told):
        judged = JUDGED.replace("by: ann", "by: clerk")

        assert told(judged + "    then: { open: [] }\n") == []

    def test_expects_to_be_refused(self, told):
        others = JUDGED.replace("by: ann", "by: bob").replace(" }\n", ", refused: not_allowed }\n")
        unfinished = "      - { complete: judge, by: ann, refused: invalid }\n"

        assert told(others + unfinished + "    then: { open: [judge] }\n") == []

    def test_calls_what_came_into_being_by_its_entity_where_it_has_no_name(self, told):
        entered = """\
      - { new: case, with: { subject: A gate } }
      - { change: case, with: { subject: A green gate } }
"""
        then = "    then: { records: { case: { subject: A green gate }, fence: { subject: A fence } } }\n"

        assert told(entered + then) == []

    def test_names_what_comes_into_being(self, told):
        entered = """\
      - { new: case, with: { subject: A gate, urgent: yes }, as: gate }
      - complete: jot
        by: manager
        answers: { text: The old one is gone. }
        as: remark
"""
        then = """\
    then:
      open: { judge in case-review: ann, judge in case-reopening about gate: mia }
      records: { remark: { text: The old one is gone. }, gate: { urgent: yes } }
"""
        assert told(entered + then) == []


class TestAStoryThatGoesOtherwise:
    def test_is_told_what_is_open_instead(self, told):
        assert told("    then: { open: [verdict] }\n") == [
            "13:19 Expected 'verdict' to be open; open is 'judge' in case-review.",
            "13:19 Expected nothing else to be open; open is 'judge' in case-review besides.",
        ]

    def test_is_told_for_whom_it_is_instead(self, told):
        assert told("    then: { open: { judge: bob } }\n") == [
            "13:19 Expected 'judge' for bob; it is for Ann."
        ]

    def test_is_told_what_a_field_holds_instead(self, told):
        then = "    then: { records: { fence: { status: open, owner: bob } } }\n"

        assert told(JUDGED + then) == [
            "14:41 Expected fence.status to be open; it is decided.",
            "14:54 Expected fence.owner to be Bob; it is Ann.",
        ]

    def test_is_told_that_a_record_has_not_come_into_being(self, told):
        then = "    then: { records: { case: { status: open } } }\n"

        assert told(then) == ["13:11 No case has come into being in this story."]

    def test_is_told_how_it_ended_instead(self, told):
        assert told("    then: { ended: { case-review: decided } }\n") == [
            "13:35 Expected case-review to be ended: decided; it is open."
        ]

    def test_is_told_of_what_should_not_have_begun(self, told):
        assert told("    then: { not_begun: [case-registration] }\n") == []
        assert told("    then: { not_begun: case-review }\n") == [
            "13:24 Expected case-review to be not begun; it is open."
        ]

    def test_is_told_which_rule_spoke_instead(self, told):
        assert told(JUDGED.replace("yes", "no") + "    then: { rules: { verdict: sound } }\n") == [
            "14:31 Expected 'verdict' to be decided by sound; it was by otherwise."
        ]

    def test_is_told_of_what_was_not_expected_to_be_said(self, told):
        assert told(JUDGED + "    then: { told: {} }\n") == [
            "14:19 Expected no other notification; 'case-decided' was sent."
        ]

    def test_is_told_who_heard_that_something_is_late_instead(self, told, tmp_path):
        # given a case that is to be judged within two working days, from a Monday
        lay_example_over(copy_of_minimal(tmp_path / "definitions"), JUDGED_IN_TIME)
        later = "      - { after: 3 working days }\n"

        # then it is late for whom was not named, and where nothing was
        assert told("    then: { late: { judge: mia } }\n") == [
            "13:28 Expected 'judge' to be late; it is not."
        ]
        assert told(later + "    then: { late: { judge: mia } }\n") == []
        assert told(later + "    then: { late: { judge in case-review: mia } }\n") == []
        assert told(later + "    then: { late: { judge in case-reopening: mia } }\n") == [
            "14:46 Expected 'judge' to be late; it is not.",
            "14:19 Expected nothing else to be late; 'judge' in case-review is.",
        ]
        assert told(later + "    then: { late: { judge: ann } }\n") == [
            "14:28 Expected ann to hear that 'judge' is late; Mia did."
        ]
        assert told(later + "    then: { late: {} }\n") == [
            "14:19 Expected nothing else to be late; 'judge' in case-review is."
        ]

    def test_is_told_why_it_was_refused(self, told):
        wrong = "      - { complete: judge, by: bob, answers: { reason: No., sound: yes } }\n"

        assert told(wrong + "    then: { open: [] }\n") == [
            "13:9 Expected this to be done; refused as not_allowed: This task is for the role clerk."
        ]

    def test_stops_at_the_first_act_that_cannot_be_done(self, told):
        again = JUDGED + JUDGED

        assert told(again + "    then: { open: [judge] }\n") == [
            "14:9 Expected 'judge' to be open; open is nothing."
        ]


class TestWhatMustBeAskedAndAllowed:
    """What a form must ask, what a role may do by hand, what a record may become."""

    def test_is_there(self, told):
        judged = JUDGED.replace("by: ann", "form: { shows: [subject], needs: [reason] }, by: ann")
        then = """\
    then:
      may: { clerk: { case: [read, create] } }
      may_not: { clerk: { case: [delete] }, manager: { note: [read] } }
      may_become: { fence: [closed] }
      new: { case: { needs: [subject], begins_with: { status: open } } }
"""

        assert told(judged + then) == []

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ("takes: [reason]", "to take 'reason', or to do without; it is needed there."),
            ("shows: [reason]", "to show 'reason', to be read only; it is needed there."),
            ("needs: [subject]", "to need 'subject'; it can only be read there."),
        ],
    )
    def test_is_told_where_a_form_asks_otherwise(self, told, form, said):
        judged = JUDGED.replace("by: ann", f"form: {{ {form} }}, by: ann")

        [sentence] = told(judged + "    then: { open: [] }\n")

        assert sentence.endswith(f" Expected the form {said}")

    def test_is_told_where_the_form_of_a_start_asks_otherwise(self, told):
        begun = (
            "      - { begin: case-registration, form: { shows: [subject] }, by: bob,\n"
            "          answers: { subject: A gate, owner: ann } }\n"
        )

        [sentence] = told(begun + "    then: { open: [judge] }\n")

        assert sentence.endswith("to show 'subject', to be read only; it is needed there.")

    def test_is_told_where_a_form_asks_what_it_should_not(self, told):
        hidden = (
            "      - { begin: case-registration, form: { hides: [pages] }, by: bob,\n"
            "          answers: { subject: A gate, owner: ann } }\n"
        )

        assert told(hidden + "    then: { records: { fence: { owner: ann } } }\n") == []
        [sentence] = told(hidden.replace("pages", "subject") + "    then: { open: [judge] }\n")
        assert sentence.endswith(" Expected the form to do without 'subject'; it is needed there.")

    def test_is_told_where_a_field_stands_on_the_form_only_once_another_is_answered(self, told):
        begun = (
            "      - { begin: case-registration, form: { takes: [pages] }, by: bob,\n"
            "          answers: { subject: A gate, owner: ann } }\n"
        )

        [sentence] = told(begun + "    then: { open: [judge] }\n")

        assert sentence.endswith("to take 'pages', or to do without; it is not shown.")

    @pytest.mark.parametrize(
        ("then", "said"),
        [
            (
                "may: { manager: { case: [update] } }",
                "Expected that a manager may update cases; no such right is given.",
            ),
            (
                "may_not: { clerk: { case: [read] } }",
                "Expected that a clerk may not read cases; it is allowed.",
            ),
            (
                "reads: { ann: { fence: [subject, weight] }, mia: { fence: [subject] } }",
                "Expected that mia reads 'subject' of fence; it is not seen.",
            ),
            (
                "does_not_read: { ann: { fence: [subject] }, mia: { fence: [subject] } }",
                "Expected that ann does not read 'subject' of fence; it is seen.",
            ),
            (
                "new: { case: { needs: [reason] } }",
                "Expected that Case needs 'reason'; it does without.",
            ),
            (
                "new: { case: { differs_in: [subject] } }",
                "Expected that no two are alike in 'subject' of Case; they may be.",
            ),
            (
                "new: { case: { begins_with: { urgent: yes } } }",
                "Expected that Case begins with urgent yes; it begins with empty.",
            ),
            (
                "may_become: { fence: [closed] }",
                "Expected that fence may become closed; it is open, and may become decided.",
            ),
        ],
    )
    def test_is_told_where_rights_and_moves_are_others(self, told, then, said):
        [sentence] = told(f"      - then: {{ {then} }}\n    then: {{ open: [judge] }}\n")

        assert sentence.endswith(said)


class TestWhatHasComeIntoBeing:
    """Of however many records of an entity."""

    ENTERED = """\
      - { new: case, with: { subject: A gate, urgent: yes } }
      - { new: case, with: { subject: A hedge } }
"""

    @pytest.mark.parametrize(
        "rows",
        [
            "{ subject: A gate }",
            "{ subject: A hedge, urgent: null }, { subject: A gate, urgent: yes, status: open }",
        ],
    )
    def test_is_there(self, told, rows):
        assert told(f"{self.ENTERED}    then: {{ made: {{ case: [{rows}] }} }}\n") == []

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            (
                "{ subject: A fence }",
                (
                    "Expected that a Case with subject A fence has come into being; "
                    "there is A gate, A hedge."
                ),
            ),
            (
                "{ subject: A gate }, { urgent: yes }",
                "Expected that a Case with urgent yes has come into being; there is A hedge.",
            ),
        ],
    )
    def test_is_told_where_it_is_not(self, told, rows, said):
        [sentence] = told(f"{self.ENTERED}    then: {{ made: {{ case: [{rows}] }} }}\n")

        assert sentence.endswith(said)


class TestForWhomTasksAre:
    """What a scenario says of its tasks holds in all its stories."""

    @pytest.mark.parametrize(
        "tasks",
        ["judge: ann", "judge: [ann, bob]", "judge: clerk", "judge in case-reopening: mia"],
    )
    def test_is_as_told(self, told, tasks):
        assert told(JUDGED + "    then: { open: [] }\n", tasks) == []

    @pytest.mark.parametrize(
        ("tasks", "said"),
        [
            ("judge: bob", "Expected 'judge' for nobody else than bob; Ann may do it too."),
            ("judge: manager", "Expected 'judge' for the role manager; it is for clerk."),
            (
                "judge: { with: manager }",
                "Expected that a manager may be asked about 'judge'; none may.",
            ),
        ],
    )
    def test_is_told_where_it_is_otherwise(self, told, tasks, said):
        sentence = f"9:17 {said} (In: A case is judged)"

        # when it is done, and when it is only told to be open
        assert told(JUDGED + "    then: { open: [] }\n", tasks) == [sentence]
        assert told("    then: { open: [judge] }\n", tasks) == [sentence]


WAITING = """\
procedure: case-review
steps:
  - step: urgent
    title: Wait until it is urgent
    wait_until: case.urgent is not null and case.urgent = true
    at_latest: 5 working days
    outcomes: { late: sign }
  - { step: in-time, end: urgent }
  - step: sign
    title: Sign the case
    approve: case
    instruction: Read all of it, twice where money is concerned.
    signers: [{ role: clerk }]
    requesters_sign: yes
    at_latest: 90 working minutes
    outcomes: { approved: signed, rejected: signed, late: too-late }
  - { step: signed, end: signed }
  - { step: too-late, end: late }
"""


class TestTimeThatPasses:
    """Stories begin on a Monday at nine; work is done from eight to five on five days."""

    def test_it_passes_by_the_calendar_of_the_model(self, told, tmp_path):
        # given people who work four hours a day from Tuesday on, and not on the sixth
        calendar = (
            "# model.yaml\ncalendar: brief\n# calendars/brief.yaml\n"
            "calendar: brief\ntitle: Brief\nzone: UTC\n"
            "week: { tuesday: 8:00-12:00, wednesday: 8:00-12:00, thursday: 8:00-12:00, friday: 8:00-12:00 }\n"
            "days: { 2026-03-06: closed }\n"
        )
        lay_example_over(copy_of_minimal(tmp_path / "definitions"), WAITING + calendar)

        # then five working days are over on the eleventh at nine, as the story counts them too
        before = "      - { at: 2026-03-11 08:59 }\n"
        assert told(f"{before}    then: {{ open: [] }}\n") == []
        after = "      - { after: 5 working days }\n      - then: { open: { sign: ann } }\n"
        ends = "      - { at: 2026-03-11 10:30 }\n    then: { ended: { case-review: late } }\n"
        assert told(f"{after}{ends}") == []

    @pytest.mark.parametrize(
        ("lines", "then"),
        [
            ("      - { at: 2026-03-09 08:59 }\n", "open: []"),
            ("      - { at: 2026-03-09 09:00 }\n", "open: { sign: ann }"),
            ("      - { after: 5 working days }\n", "open: { sign: ann }"),
            ("      - { at: 2026-03-09 10:29 }\n", "open: [sign]"),
            ("      - { at: 2026-03-09 10:30 }\n", "ended: { case-review: late }"),
            (
                "      - { after: 4 working days }\n      - { change: fence, with: { urgent: yes } }\n",
                "ended: { case-review: urgent }",
            ),
        ],
    )
    def test_a_limit_in_working_time_passes_over_the_weekend(self, told, tmp_path, lines, then):
        lay_example_over(copy_of_minimal(tmp_path / "definitions"), WAITING)

        assert told(f"{lines}    then: {{ {then} }}\n") == []
