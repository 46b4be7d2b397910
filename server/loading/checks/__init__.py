"""Do the definitions make sense together? One file, one check, and its docstring explains it.

A check looks at what has been made of the manuscript, yields diagnostics and never raises. Files
without a code (`graph`, `jumps` ...) hold what several checks share.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

NAMES = (
    # what is proved of tables and ways
    "gap",
    "overlap",
    "never_holds",
    "hidden_rule",
    "needless_otherwise",
    "impossible_assumption",
    "not_proved",
    "unread_input",
    "dead_row",
    "dead_way",
    "unkept_assumption",
    "cut_off",
    "deadline",
    "nobody_for_it",
    "apart_yet_together",
    "nobodys_rows",
    "no_self_service",
    "needed_yet_hidden",
    "changed_unseen",
    # names of other definitions
    "unknown_role",
    "unknown_form",
    "unknown_field",
    "unknown_entity",
    "unknown_decision",
    "unknown_notification",
    "unknown_calendar",
    "unknown_procedure",
    "unknown_process",
    "unknown_kpi",
    "unknown_scenario",
    "unused",
    # the ways of a procedure
    "unknown_step",
    "jump_leaves_list",
    "unreachable_step",
    "cannot_end",
    "end_inside",
    "outcomes_differ",
    "duplicate_step",
    "endless_loop",
    # its links to others
    "dead_link",
    "never_started",
    "wrong_handover",
    "unclear_start",
    "start_without_record",
    "duplicate_start",
    "called_continues",
    "calls_in_circle",
    "ping_pong",
    "never_over",
    "misfiled",
    "outside_work",
    # its steps
    "illegal_move",
    "given_incomplete",
    "unknown_branch",
    "turns_of_nothing",
    "own_members",
    "may_start_empty",
    "as_needed_first",
    "way_out_of_choice",
    "duplicate_condition",
    "needs_nothing",
    "button_without_label",
    "verdict_unused",
    "wrong_notification",
    "protected_field",
    "reserved_name",
    # approvals and votes
    "votes_clash",
    "too_few_seats",
    "nobody_signs",
    "approval_not_kept",
    "asked_by_nobody",
    "requester_unknown",
    # decisions
    "otherwise_last",
    "duplicate_rule",
    "never_said",
    "no_order",
    "not_collectable",
    "null_output",
    "test_incomplete",
    # entities
    "dead_status",
    "decided_field",
    "people",
    "back_reference",
    "taken_name",
    "title_of_nothing",
    "no_text",
    "no_help",
    "renamed_field",
    "says_nothing",
    "never_filled",
    "never_chosen",
    "idle_move",
    # service targets
    "looks_elsewhere",
    "goal_incomplete",
    # forms, roles, correlations
    "wrong_form",
    "asked_twice",
    "field_twice",
    "record_incomplete",
    "rows_of_nothing",
    "row_incomplete",
    "row_field",
    "role_without_lane",
    "idle_lane",
    "fallback_circle",
    "same_source",
    "not_unique",
    # KPIs
    "wrong_unit",
    "wrong_target",
    "always_the_same",
)
CHECKS: tuple[ModuleType, ...] = tuple(
    importlib.import_module(f"{__name__}.{name}") for name in NAMES
)


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    """Everything that all checks find."""
    for module in CHECKS:
        yield from module.check(manuscript)
