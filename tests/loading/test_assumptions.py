"""What a decision assumes is seen to by whoever asks it."""

import pytest

from tests.loading.telling import laid_over

SHARE = """\
decision: case-share
title: How much of the case has been read?
inputs:
  read: { type: whole_number }
  sheets: { type: whole_number }
assuming: [read <= sheets]
output: { share: { choice: [whole, part] } }
hits: exactly-one
rules:
  - { rule: whole, if: read >= sheets, then: { share: whole } }
  - { rule: part, if: read < sheets, then: { share: part } }
"""
REVIEW = """\
procedure: case-review
steps:
  - step: judge
    title: Judge the case
    role: clerk
    do: Say how much of the case there is
    instruction: Count the sheets of the application, and those that somebody has read.
    form: case-judgement
    asks:
      read: { question: How many sheets have been read?, type: whole_number%s }
      sheets: { question: How many sheets are there?, type: whole_number%s }
    as: judgement
    set: { case.status: decided }
%s  - step: share
    decide: case-share
    given: %s
    outcomes: { whole: tell, part: judge }
  - { step: tell, notify: case-decided }
"""
COUNTED = """\
  - step: counted
    choose:
      - { rule: counted, if: judgement.read <= judgement.sheets, then: share }
      - { otherwise: judge }
"""
ALL = ("", "", "", "judgement")


def test_what_people_answer_may_break_it(tmp_path):
    assert unkept(tmp_path, REVIEW % ALL) == ["read is 1 and sheets is 0."]


def test_bounds_of_questions_keep_it(tmp_path):
    assert unkept(tmp_path, REVIEW % (", at_most: 5", ", at_least: 5", "", "judgement")) == []


def test_a_condition_on_the_way_keeps_it(tmp_path):
    assert unkept(tmp_path, REVIEW % ("", "", COUNTED, "judgement")) == []


def test_a_condition_says_nothing_of_what_is_answered_after_it(tmp_path):
    # given a way round the condition
    other = COUNTED.replace("otherwise: judge", "otherwise: share")

    assert len(unkept(tmp_path, REVIEW % ("", "", other, "judgement"))) == 1


def test_what_is_computed_is_not_looked_into(tmp_path):
    computed = "{ read: judgement.read, sheets: 'if case.pages is null then 0 else case.pages' }"

    assert unkept(tmp_path, REVIEW % ("", "", "", computed)) == []


@pytest.mark.parametrize(
    ("written", "told"), [("{ read: 1, sheets: 2 }", 0), ("{ read: 2, sheets: 1 }", 1)]
)
def test_what_is_written_as_it_is_keeps_it_or_never_does(tmp_path, written, told):
    assert len(unkept(tmp_path, REVIEW % ("", "", "", written))) == told


def test_what_the_decision_refuses_anyway_breaks_nothing(tmp_path):
    # given inputs that are never more than none read of no sheet at all
    bounded = SHARE.replace(
        "read: { type: whole_number }", "read: { type: whole_number, at_most: 0 }"
    )
    bounded = bounded.replace(
        "sheets: { type: whole_number }", "sheets: { type: whole_number, at_least: 0 }"
    )

    assert unkept(tmp_path, REVIEW % ALL, bounded) == []


CASE = """\
entity: case
fields:
  subject: { title: Subject, type: text, required: yes, at_most: 120, guideline: In a few words; lists show it. }
  urgent: { title: Urgent, type: yes_no, guideline: Say yes when somebody loses money every day. }
  reason: { title: Reason, type: text, guideline: What tipped the scales. The applicant reads it. }
  owner: { title: Owner, ref: person, guideline: Who decides in the end. }
  pages: { title: Pages, type: whole_number, default: 5, required: yes%s, guideline: Count the sheets of the application. }
  weight: { title: Weight, choice: [light, heavy], decided_by: case-weight, guideline: It orders the list. }
"""
FROM_FIELD = (", at_most: 5", "", "", "{ read: judgement.read, sheets: case.pages }")


@pytest.mark.parametrize(("bound", "told"), [(", at_least: 5", 0), (", at_least: 4", 1), ("", 1)])
def test_bounds_of_fields_of_records_keep_it(tmp_path, bound, told):
    assert len(unkept(tmp_path, REVIEW % FROM_FIELD, SHARE, CASE % bound)) == told


def unkept(folder, *examples):
    """The counter-examples that are told."""
    told = laid_over(folder, "PRC064", SHARE, *examples)
    said = "Nothing sees to it that 'read <= sheets', as the decision assumes: "
    return [sentence.removeprefix(said) for sentence in told]
