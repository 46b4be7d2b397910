"""What has a name in a procedure, from where on, and on which ways."""

from server.domain.values import DATE_TIME, TEXT, YES_NO, Kind, Type
from tests.loading.models import JUDGE, REVIEW, served, told

CASE = Type(Kind.REF, entity="case")
NOTE = """\
entity: note
fields:
  text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
  case: { title: Case, ref: case, guideline: What it belongs to. }
"""


def test_a_run_knows_its_record_what_it_makes_what_is_answered_and_what_is_decided(tmp_path):
    steps = f"""\
{REVIEW}steps:
{JUDGE}    outcomes:
      sure: {{ label: I am sure }}
      unsure: {{ label: I am not, then: done }}
  - {{ step: verdict, decide: case-verdict, given: judgement, as: verdict }}
  - {{ step: jot, create: note as remark, set: {{ remark.text: verdict.verdict }} }}
"""

    names = served(tmp_path, steps).procedures["case-review"].names

    assert names == {
        "case": CASE,
        "judgement": Type(
            Kind.ANSWERS,
            members={
                "sound": YES_NO,
                "outcome": Type(Kind.CHOICE, choices=("sure", "unsure")),
            },
        ),
        "verdict": Type(
            Kind.ANSWERS,
            members={"verdict": Type(Kind.CHOICE, choices=("accept", "reject"))},
        ),
        "remark": Type(Kind.REF, entity="note"),
    }


def test_the_record_that_starts_a_run_has_its_entitys_name(tmp_path):
    starts = f"""\
{REVIEW}starts:
  - after: case-registration
  - {{ by: clerk, title: Look at a case again }}
  - {{ when: new note, if: note.case is not null, about: note.case }}
steps:
{JUDGE}    set: {{ case.reason: 'if note is not null then note.text else "none"' }}
"""

    assert "note" in served(tmp_path, NOTE, starts).procedures["case-review"].names


def test_a_record_that_only_some_starts_bring_has_to_be_tested_for(tmp_path):
    starts = f"""\
{REVIEW}starts:
  - after: case-registration
  - {{ when: new note, if: note.case is not null, about: note.case }}
steps:
{JUDGE}    set: {{ case.reason: note.text }}
"""

    assert told(tmp_path, NOTE, starts) == ["PRC014 21:25"]


def test_a_loop_knows_only_what_the_first_time_round_knows(tmp_path):
    steps = f"""\
{REVIEW}steps:
  - step: again
    choose:
      - {{ rule: second, if: judgement is not null and judgement.sound = true, then: finish }}
      - {{ otherwise: judge }}
{JUDGE}    then: again
  - {{ step: finish, end: judged }}
"""

    served(tmp_path, steps)


def test_what_a_branch_names_stays_in_the_branch(tmp_path):
    steps = f"""\
{REVIEW}steps:
  - step: both
    together:
      files:
{"".join(f"      {line}{chr(10)}" for line in JUDGE.splitlines())}
      money: [{{ step: pay, notify: case-decided }}]
  - step: sort
    choose:
      - {{ rule: sound, if: judgement.sound = true, then: finish }}
      - {{ otherwise: finish }}
  - {{ step: finish, end: judged }}
"""

    assert told(tmp_path, steps) == ["EXP002 28:28"]


def test_a_branch_knows_what_was_named_before_it(tmp_path):
    steps = f"""\
{REVIEW}steps:
{JUDGE}  - step: both
    together:
      files:
        - {{ step: verdict, decide: case-verdict, given: judgement, as: verdict }}
      money: [{{ step: pay, notify: case-decided }}]
"""

    served(tmp_path, steps)


def test_an_answer_that_may_be_left_out_has_to_be_tested_for(tmp_path):
    steps = f"""\
{REVIEW}steps:
{JUDGE.replace("Is the case sound?", "{ question: Is it sound, required: no }")}\
  - {{ step: verdict, decide: case-verdict, given: judgement, as: verdict }}
"""

    assert told(tmp_path, steps) == ["PRC030 21:51"]


def test_lanes_know_what_is_known_where_their_steps_stand(tmp_path):
    lanes = f"""\
{REVIEW}roles: {{ clerk: case.owner, manager: remark.case.owner }}
steps:
  - {{ step: jot, create: note as remark, set: {{ remark.text: case.subject }} }}
{JUDGE.replace("clerk", "manager")}
"""

    served(tmp_path, NOTE, lanes)


def test_what_stops_a_run_is_looked_at_before_everything_has_a_name(tmp_path):
    untested = f"{REVIEW}stops_when: verdict.verdict = reject\n"
    tested = f"{REVIEW}stops_when: verdict is not null and verdict.verdict = reject\n"

    assert told(tmp_path / "one", untested) == ["PRC014 12:13"]
    assert told(tmp_path / "two", tested) == []


class TestForms:
    def test_know_what_every_step_that_shows_them_knows(self, tmp_path):
        default = (
            "      - { field: reason, default: case.subject, condition: case.urgent = true }\n"
        )
        form = f"form: case-judgement\nsections:\n  - title: Judgement\n    fields:\n{default}"

        served(tmp_path, form)

    def test_do_not_know_what_one_of_them_does_not(self, tmp_path):
        default = "      - { field: text, default: judgement.sound }\n"
        form = f"form: note\nsections:\n  - title: Said\n    fields:\n{default}"

        assert told(tmp_path, form) == ["PRC014 7:33"]

    def test_call_the_record_they_fill_by_its_entity(self, tmp_path):
        steps = f"""\
{REVIEW}steps:
  - {{ step: new, create: case as other, set: {{ other.subject: case.subject }} }}
{JUDGE}    form: case-judgement
    about: other
"""

        served(tmp_path, steps)


def test_moments_and_texts_go_where_they_belong(tmp_path):
    fields = """\
entity: note
fields:
  text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
  said_at: { title: Said at, type: date_time, guideline: When the words fell. }
"""
    steps = f"""\
{REVIEW}steps:
  - step: jot
    create: note as remark
    set: {{ remark.text: '"In person"', remark.said_at: now }}
{JUDGE}
"""

    definitions = served(tmp_path, fields, steps)

    written = definitions.procedures["case-review"].step("jot").set
    assert [item.value.type for item in written] == [TEXT, DATE_TIME]


AS_NEEDED = f"""\
{REVIEW}steps:
  - step: work
    steps:
{JUDGE.replace("  - step", "      - step").replace(chr(10) + "    ", chr(10) + "        ")}    as_needed:
      ask:
        - step: jot
          title: Note what was asked
          role: clerk
          do: Write down what was asked
          instruction: In the words of whoever asked.
          form: note
          creates: note as remark
"""


def test_what_is_made_as_needed_is_known_nowhere_else(tmp_path):
    read = "  - { step: tell, create: note as other, set: { other.text: remark.text } }\n"

    assert told(tmp_path, AS_NEEDED) == []
    assert told(tmp_path, AS_NEEDED + read) == ["EXP002 32:61"]


def test_a_jump_out_of_what_is_begun_as_needed_is_refused(tmp_path):
    jump = "          then: judge\n"

    assert told(tmp_path, AS_NEEDED + jump) == ["PRC002 32:17"]
