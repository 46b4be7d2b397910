"""What fills the fields of records that procedures make, and what nothing ever fills."""

from tests.loading.telling import laid_over

HEARD = """\
entity: note
fields:
  text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
  heard_on: { title: Heard on, type: date_time, guideline: The day on which it was said.%s }
"""
JOTTED = """\
procedure: case-reopening
steps:
  - step: look
    title: Look at the hurry
    role: manager
    do: Look at what cannot wait
    instruction: Ask the clerk what was meant.
  - { step: jot, create: note as remark, set: { remark.text: case.subject%s } }
"""
HAND_OVER = "  - { step: review, continue_in: case-review }\n"


def test_a_form_fills_what_it_lets_people_write(tmp_path):
    writable = "form: note\nsections: [{ title: Said, fields: [text, heard_on] }]\n"
    read_only = (
        "form: note\nsections:"
        " [{ title: Said, fields: [text, { field: heard_on, read_only: yes }] }]\n"
    )

    assert unfilled(tmp_path / "one", HEARD % "", writable) == []
    assert unfilled(tmp_path / "two", HEARD % "", read_only) == ["heard_on"]


def test_a_step_fills_what_it_sets(tmp_path):
    sets = JOTTED % ", remark.heard_on: now"

    assert unfilled(tmp_path / "one", HEARD % "", sets) == []
    assert unfilled(tmp_path / "two", HEARD % "", JOTTED % "") == ["heard_on"]


def test_a_message_fills_what_its_correlation_reads(tmp_path):
    reads = (
        "correlation: sensors\nfields: { text: { from: [message] }, heard_on: { from: [day] } }\n"
    )

    assert unfilled(tmp_path, HEARD % "", reads) == []


def test_the_application_looks_after_what_it_counts_of_messages(tmp_path):
    counted = HEARD.replace("heard_on", "last_seen_at")

    assert unfilled(tmp_path, counted % ", read_only: yes") == []


def test_records_without_a_form_are_filled_in_on_their_own_page(tmp_path):
    # given notes that procedures make, and that clerks may create by hand
    by_hand = "role: clerk\nmay: { case: [read, create], note: [read, create] }\n"
    registration = (JOTTED % "").replace("case-reopening", "case-registration")
    registration = registration.replace("manager", "clerk") + HAND_OVER
    formless = (by_hand, registration, JOTTED % "", "# forms/note.yaml is not there\n")

    # then what is read-only stays empty all the same
    assert unfilled(tmp_path / "one", HEARD % "", *formless) == []
    assert unfilled(tmp_path / "two", HEARD % ", read_only: yes", *formless) == ["heard_on"]


def unfilled(folder, *examples):
    """The fields that nothing fills."""
    return [sentence.split("'")[1] for sentence in laid_over(folder, "ENT010", *examples)]
