"""What the words of procedures become: groups, turns, calls, waits, buttons and starts by the clock."""

from fractions import Fraction

import pytest
import yaml

from server import loading
from server.domain.beginning import Period
from server.domain.procedure import Procedure
from server.domain.step import (
    Call,
    Do,
    Group,
    Together,
    WaitUntil,
)
from server.domain.ways import followers, walk
from tests.loading.patching import copy_of_minimal, lay_example_over

TASK = {
    "title": "Look at it",
    "role": "clerk",
    "do": "Look at the case",
    "instruction": "Read all of it, and ask who wrote it when something is unclear.",
}


def read(folder, steps, **over) -> tuple[Procedure | None, list[str]]:
    """The minimal model's review with other steps, and what is told about it."""
    definitions = copy_of_minimal(folder / "definitions")
    written = {"procedure": "case-review", "steps": steps} | over
    lay_example_over(definitions, yaml.safe_dump(written, sort_keys=False))
    loaded = loading.load([definitions])
    told = [f"{item.code}: {item.message}" for item in loaded.diagnostics if item.is_error]
    found = loaded.definitions.procedures["case-review"] if loaded.definitions else None
    return found, told


def sound(folder, steps, **over) -> Procedure:
    found, told = read(folder, steps, **over)
    assert told == []
    assert found is not None
    return found


def test_a_group_holds_its_steps_and_what_is_done_as_needed(tmp_path):
    procedure = sound(
        tmp_path,
        [
            {
                "step": "work",
                "steps": [{"step": "look", **TASK}],
                "as_needed": {"remind": [{"step": "remind", **TASK, "title": "Remind them"}]},
            }
        ],
    )

    [group] = procedure.steps
    assert isinstance(group.action, Group)
    assert [step.key for step in walk(procedure.steps)] == ["work", "look", "remind"]
    [button] = group.action.as_needed
    assert (button.key, button.title) == ("remind", "Remind them")


def test_a_step_is_done_for_each_record_of_a_list(tmp_path):
    procedure = sound(
        tmp_path,
        [
            {
                "step": "look",
                **TASK,
                "for_each": "other in cases where status = open",
                "all_at_once": "yes",
                "about": "other",
                "set": {"other.reason": '"Looked at"'},
            }
        ],
    )

    [step] = procedure.steps
    assert step.each is not None
    assert (step.each.name, step.each.all_at_once, step.each.finish_when) == ("other", True, "all")
    assert step.each.members.text == "cases where status = open"
    assert followers(step, procedure.steps) == ("done",)


@pytest.mark.parametrize(
    ("written", "quota"),
    [("all", "all"), ("first", "one"), ("3", 3), (3, 3), ("2/3", Fraction(2, 3))],
)
def test_turns_are_over_when_enough_are_done(tmp_path, written, quota):
    turns = {"step": "look", **TASK, "for_each": "other in cases", "finish_when": written}

    [step] = sound(tmp_path, [turns]).steps

    assert step.each is not None
    assert (step.each.finish_when, step.each.condition) == (quota, None)


def test_turns_are_over_when_a_condition_holds(tmp_path):
    condition = "every c in cases satisfies c.status = decided"
    turns = {"step": "look", **TASK, "for_each": "other in cases", "finish_when": condition}

    procedure = sound(tmp_path, [turns])

    each = procedure.steps[0].each
    assert each is not None
    assert each.condition is not None
    assert each.condition.title == condition
    assert each.condition in procedure.gateways()


def test_what_a_turn_makes_and_is_called_is_private_to_it(tmp_path):
    turn = {"step": "look", **TASK, "for_each": "other in cases", "asks": {"fine": "Is it fine?"}}
    after = {"step": "after", "set": {"case.reason": "other.subject"}}
    later = {"step": "later", "choose": [
        {"rule": "fine", "if": "seen.fine = true", "then": "done"}, {"otherwise": "done"}
    ]}  # fmt: skip

    _, told = read(tmp_path, [{**turn, "as": "seen"}, after, later])

    assert told == [
        "EXP002: Nothing is called 'other' here.",
        "EXP002: Nothing is called 'seen' here.",
    ]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("other in case.pages", "A list of records is needed here; this is whole_number."),
        ("case in cases", "The name 'case' means something else already: a record, case."),
    ],
)
def test_what_is_no_list_of_records_has_no_turns(tmp_path, written, sentence):
    _, told = read(tmp_path, [{"step": "look", **TASK, "for_each": written}])

    assert any(sentence in line for line in told)


def test_outcomes_of_a_turn_lead_within_it(tmp_path):
    outcomes = {
        "again": {"label": "Again", "then": "look"},
        "enough": {"label": "Enough", "then": "done"},
        "other": {"label": "Other", "then": "after"},
    }
    turn = {"step": "look", **TASK, "for_each": "other in cases", "outcomes": outcomes}

    _, told = read(tmp_path, [turn, {"step": "after", "notify": "case-decided"}])

    assert told == ["PRC002: Step 'after' stands in another list of steps."]


def test_a_wait_is_for_a_moment_or_for_a_condition(tmp_path):
    steps = [
        {"step": "day", "wait_until": "now + 3 days"},
        {
            "step": "reason",
            "wait_until": "case.reason is not null",
            "at_latest": "5 days",
            "outcomes": {"late": "done"},
        },
        {"step": "tell", "notify": "case-decided"},
    ]

    procedure = sound(tmp_path, steps)

    day, reason, _ = procedure.steps
    assert isinstance(day.action, WaitUntil)
    assert isinstance(reason.action, WaitUntil)
    assert day.action.moment is not None
    assert reason.action.condition is not None
    assert followers(reason, procedure.steps) == ("tell", "done")


def test_a_limit_may_be_working_time_and_keeps_its_words(tmp_path):
    wait = {
        "step": "reason",
        "wait_until": "case.reason is not null",
        "at_latest": "5 working days",
        "outcomes": {"late": "look"},
    }
    look = {"step": "look", **TASK, "due": {"within": "90 working minutes"}}

    procedure = sound(tmp_path, [wait, look])

    reason, task = procedure.steps
    assert isinstance(reason.action, WaitUntil)
    assert isinstance(task.action, Do)
    assert reason.action.at_latest is not None
    assert task.action.due is not None
    assert reason.action.at_latest.text == "5 working days"
    assert task.action.due.within.text == "90 working minutes"


@pytest.mark.parametrize("limit", ["5 working dayz", "5.5 working days", "now", "case.subject"])
def test_a_limit_that_is_no_length_of_time_is_told_where_it_stands(tmp_path, limit):
    _, told = read(tmp_path, [{"step": "look", **TASK, "due": {"within": limit}}])

    assert [line[:6] for line in told] in (["EXP001"], ["EXP002"]), told


def test_a_wait_for_neither_is_told(tmp_path):
    _, told = read(tmp_path, [{"step": "day", "wait_until": "case.subject"}])

    assert told == ["EXP002: This is text; needed is a moment or a date or a condition."]


def test_a_called_procedure_says_that_it_is_started_and_its_ends_lead_on(tmp_path):
    steps = [
        {"step": "look", **TASK},
        {"step": "again", "call": "case-reopening", "outcomes": {"looked-at": "done"}},
    ]

    procedure, told = read(tmp_path, steps)

    assert procedure is None
    assert told == [
        "PRC009: Procedure 'case-reopening' has no start after 'case-review'.",
    ]


def test_the_moment_of_a_record_and_a_period_begin_runs(tmp_path):
    starts = [
        {"after": "case-registration"},
        {"at": 'date_time("2030-01-01T08:00:00Z")', "if": "case.status = open"},
        {
            "every": "2 weeks",
            "for_each": 'clerk in holders("clerk")',
            "catch_up": "all",
            "set": {"case.owner": "clerk", "case.subject": '"The review of these weeks"'},
        },
    ]

    procedure = sound(tmp_path, [{"step": "look", **TASK}], starts=starts)

    _, at, every = procedure.starts
    assert (at.key, every.key) == ("at", "every-2-weeks")
    assert at.at is not None
    assert at.gateway is not None
    assert every.every is not None
    assert (every.every.count, every.every.unit) == (2, Period.WEEK)
    assert (every.every.catch_up, every.every.each and every.every.each.name) == ("all", "clerk")


def test_a_task_is_due_within_a_time_and_somebody_is_told_when_it_is_late(tmp_path):
    due = {"within": "4 hours", "late": "tell manager"}

    procedure = sound(
        tmp_path,
        [{"step": "look", **TASK, "due": due}],
        roles={"clerk": "anyone", "manager": "anyone"},
    )

    action = procedure.steps[0].action
    assert isinstance(action, Do)
    assert action.due is not None
    assert (action.due.within.text, action.due.late) == ("4 hours", "manager")


def test_names_born_in_a_group_end_with_it_and_are_seen_by_what_is_done_as_needed(tmp_path):
    inner = {"step": "look", **TASK, "asks": {"fine": "Is it fine?"}, "as": "seen"}
    needed = [{"step": "ask", **TASK}, {"step": "mark", "set": {
        "case.reason": 'if seen is not null and seen.fine = true then "fine" else "open"'
    }}]  # fmt: skip
    group = {"step": "work", "steps": [inner], "as_needed": {"ask": needed}}

    procedure = sound(tmp_path / "one", [group])
    needed[1]["set"] = {"case.reason": 'if seen.fine = true then "fine" else "open"'}
    after = {"step": "after", "set": {"case.reason": 'if seen.fine = true then "a" else "b"'}}
    _, told = read(tmp_path / "two", [group, after])

    assert [step.key for step in procedure.walk()] == ["work", "look", "ask", "mark"]
    assert told == [
        "PRC014: Nothing is called 'seen' yet when the run comes here by way of 'ask'.",
        "EXP002: Nothing is called 'seen' here.",
    ]


def test_branches_groups_and_the_run_itself_offer_what_is_needed(tmp_path):
    button = {"ask": [{"step": "ask", **TASK}]}
    branches = {"a": [{"step": "one", **TASK}], "b": [{"step": "two", **TASK}]}
    both = {
        "step": "both",
        "together": branches,
        "as_needed": {"call": [{"step": "call", **TASK}]},
    }

    procedure = sound(tmp_path, [both], as_needed=button)

    [together] = procedure.steps
    assert isinstance(together.action, Together)
    assert [item.key for item in (*together.action.as_needed, *procedure.as_needed)] == [
        "call",
        "ask",
    ]
    assert not any(isinstance(step.action, Call) for step in procedure.walk())


def test_a_recurring_start_fills_what_its_record_needs(tmp_path):
    starts = [{"after": "case-registration"}, {"every": "month"}]

    _, told = read(tmp_path, [{"step": "look", **TASK}], starts=starts)

    assert told == ["FRM004: Nothing fills Subject of the new case."]
