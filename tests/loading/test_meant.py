"""A name that is misspelt is told with the one that was meant, whatever it is the name of."""

from __future__ import annotations

import pytest

from server import loading
from tests.loading.patching import copy_of_minimal, lay_example_over

REVIEW = """\
procedure: case-review
title: Case Review
process: case-management
source: { chapter: 1, number: 2 }
about: case
purpose: Decide a case, and tell who asked.
roles: { clerk: case.owner }
starts:
  - after: case-registration
  - { by: clerk, title: Look at a case again }
"""
JUDGE = """\
  - step: judge
    title: Judge the case
    role: clerk
    do: Say whether the case is sound
    instruction: Read all of it.
    form: case-judgement
    asks: { sound: Is the case sound? }
    as: judgement
"""
REST = """\
  - { step: verdict, decide: case-verdict, given: judgement, outcomes: { accept: tell, reject: tell } }
  - { step: tell, notify: case-decided }
  - { step: finish, end: decided }
"""
STEPS = f"{REVIEW}steps:\n{JUDGE}{REST}"
DECISION = """\
decision: case-verdict
title: What becomes of the case?
inputs: { sound: { type: yes_no } }
settings: { strict: { type: yes_no, value: no, why: The office trusts its citizens. } }
output: { verdict: { choice: [accept, reject] } }
hits: first
rules:
  - { rule: lenient, if: not strict and sound, then: { verdict: accept } }
  - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
  - { otherwise: { verdict: reject } }
"""
STORY = """\
scenario: case-review
title: How cases are reviewed
procedure: case-review
given: { people: { ann: clerk }, records: { case: { fence: { subject: A fence, owner: ann } } } }
stories:
  - story: A case is judged
    when:
      - { begin: case-review, start: after-case-registration, about: fence }
      - { complete: judge, by: ann, answers: { reason: No., sound: yes } }
    then: { open: [], records: { fence: { status: decided } }, ended: { case-review: decided } }
"""

NAMES = {
    "a key": ("role: clerk\ntitel: Clerk\npurpose: Keeps files.\n", "title"),
    "a role": (STEPS.replace("role: clerk", "role: clrek"), "clerk"),
    "a lane": (STEPS.replace("roles: { clerk:", "roles: { clrek:"), "clerk"),
    "an entity": (STEPS.replace("about: case\n", "about: csae\n"), "case"),
    "a field": (STEPS.replace("case.owner", "case.onwer"), "owner"),
    "a form": (STEPS.replace("case-judgement", "case-judgment"), "case-judgement"),
    "a field of a form": (
        "form: note\ntitle: Note\nentity: note\nsections: [{ title: Said, fields: [txet] }]\n",
        "text",
    ),
    "a decision": (STEPS.replace("case-verdict", "case-vredict"), "case-verdict"),
    "a notification": (STEPS.replace("case-decided", "case-deciced"), "case-decided"),
    "a procedure": (STEPS.replace("after: case-reg", "after: case-rge"), "case-registration"),
    "a process": (STEPS.replace("process: case-m", "process: csae-m"), "case-management"),
    "a step": (STEPS.replace("accept: tell", "accept: tel"), "tell"),
    "an outcome": (STEPS.replace("{ accept: tell", "{ acept: tell"), "accept"),
    "answers": (
        STEPS.replace("given: judgement", "given: { sound: jugdement.sound }"),
        "judgement",
    ),
    "an answer": (STEPS.replace("given: judgement", "given: { sound: judgement.sond }"), "sound"),
    "an input that is given": (
        STEPS.replace("given: judgement", "given: { sond: judgement.sound }"),
        "sound",
    ),
    "an input in a cell": (DECISION.replace("if: { sound: yes }", "if: { sond: yes }"), "sound"),
    "an input in a condition": (DECISION.replace("strict and sound", "strict and sond"), "sound"),
    "a setting": (DECISION.replace("not strict", "not stirct"), "strict"),
    "an output": (DECISION.replace("otherwise: { verdict", "otherwise: { vredict"), "verdict"),
    "a choice": (DECISION.replace("verdict: reject }", "verdict: rejcet }"), "reject"),
    "a hit policy": (DECISION.replace("hits: first", "hits: frist"), "first"),
    "a kind of value": (DECISION.replace("type: yes_no }", "type: yes_on }"), "yes_no"),
    "a status in a condition": (f"{STEPS}stops_when: case.status = clsoed\n", "closed"),
    "a function": (f"{STEPS}stops_when: cuont(case.owner.cases) = 0\n", "count"),
    "a status that follows": (
        "entity: case\nstatuses: { open: { title: Open, to: [decidde] }, decided: { title: Decided } }\n",
        "decided",
    ),
    "a name in a template": (
        'notification: case-decided\nsubject: "Case {{ csae.number }}"\n',
        "case",
    ),
    "a field in a template": (
        'notification: case-decided\nsubject: "Case {{ case.subjcet }}"\n',
        "subject",
    ),
    "somebody in a story": (STORY.replace("by: ann", "by: anm"), "ann"),
    "a record in a story": (STORY.replace("about: fence", "about: fnece"), "fence"),
    "a step in a story": (STORY.replace("complete: judge", "complete: jugde"), "judge"),
    "an answer in a story": (STORY.replace("sound: yes }", "sond: yes }"), "sound"),
    "a field in a story": (STORY.replace("status: decided", "statsu: decided"), "status"),
    "a value in a story": (STORY.replace("status: decided", "status: decidde"), "decided"),
    "a start in a story": (
        STORY.replace("start: after-case", "start: aftre-case"),
        "after-case-registration",
    ),
    "an end in a story": (STORY.replace("review: decided", "review: decidde"), "decided"),
    "a procedure in a story": (
        STORY.replace("begin: case-review", "begin: case-reveiw"),
        "case-review",
    ),
    "an entity in a story": (STORY.replace("records: { case:", "records: { csae:"), "case"),
    "a role in a story": (STORY.replace("ann: clerk", "ann: clrek"), "clerk"),
}


@pytest.mark.parametrize("what", NAMES)
def test_a_misspelt_name_is_told_with_what_was_meant(tmp_path, what):
    text, meant = NAMES[what]
    folder = copy_of_minimal(tmp_path / "definitions")
    lay_example_over(folder, text)

    told = " ".join(str(item) for item in loading.load([folder]).diagnostics)

    assert f"Did you mean '{meant}'?" in told


def test_what_is_spelt_right_is_told_nothing(tmp_path):
    folder = copy_of_minimal(tmp_path / "definitions")
    for text in (STEPS, DECISION, STORY):
        lay_example_over(folder, text)

    assert [str(item) for item in loading.load([folder]).diagnostics] == []
