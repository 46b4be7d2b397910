"""Which values of a choice something says, and which nothing ever does."""

from tests.loading.telling import laid_over

TONE = """\
entity: note
fields:
  text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
  tone: { title: Tone, choice: [calm, loud], guideline: As it was heard.%s }
"""
JOTTED = """\
procedure: case-reopening
steps:
  - step: look
    title: Look at the hurry
    role: manager
    do: Look at what cannot wait
    instruction: Ask the clerk what was meant.
  - { step: jot, create: note as remark, set: { remark.text: case.subject, remark.tone: %s } }
"""


def test_people_may_choose_every_value_that_a_form_offers(tmp_path):
    form = "form: note\nsections: [{ title: Said, fields: [text, tone] }]\n"

    assert unsaid(tmp_path, TONE % "", form) == []


def test_steps_have_to_say_each_value(tmp_path):
    assert unsaid(tmp_path / "one", TONE % "", JOTTED % "calm") == ["loud"]
    assert unsaid(tmp_path / "two", TONE % ", default: loud", JOTTED % "calm") == []


def test_what_is_computed_may_be_any_value(tmp_path):
    computed = "'if case.urgent = true then loud else calm'"

    assert unsaid(tmp_path, TONE % "", JOTTED % computed) == []


def test_messages_say_what_their_correlation_translates(tmp_path):
    translated = (
        "correlation: sensors\nfields:\n  text: { from: [message] }\n"
        "  tone: { from: [tone], values: { quiet: calm }, otherwise: %s }\n"
    )

    assert unsaid(tmp_path / "one", TONE % "", translated % "calm") == ["loud"]
    assert unsaid(tmp_path / "two", TONE % "", translated % "loud") == []


def test_a_decision_says_what_its_rules_say(tmp_path):
    weight = """\
decision: case-weight
hits: first
rules:
  - { otherwise: { weight: light } }
inputs: { pages: { type: whole_number, optional: yes } }
"""

    assert unsaid(tmp_path, weight) == ["heavy"]


def unsaid(folder, *examples):
    """The values that nothing says."""
    return [sentence.split("'")[3] for sentence in laid_over(folder, "ENT012", *examples)]
