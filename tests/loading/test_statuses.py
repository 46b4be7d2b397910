"""Which moves between statuses are made by steps, and which by nobody."""

from tests.loading.models import REVIEW
from tests.loading.telling import laid_over

NOBODY = "role: clerk\nmay: { case: [read, create] }\n"
STATUSES = """\
entity: case
statuses:
  open: { title: Open, to: [decided] }
  decided: { title: Decided, to: [closed] }
  closed: { title: Closed, to: [decided] }
"""


def test_a_move_that_a_role_may_make_by_hand_is_not_idle(tmp_path):
    assert idle(tmp_path / "one", STATUSES) == []
    assert idle(tmp_path / "two", STATUSES, NOBODY) == ["decided closed"]


def test_whoever_may_update_everything_does_not_count(tmp_path):
    everything = 'role: clerk\nmay: { "*": [read, update] }\n'

    assert idle(tmp_path, STATUSES, everything) == ["decided closed"]


def test_a_step_makes_only_the_moves_from_statuses_that_can_be_there(tmp_path):
    # given a step that closes only what it has decided a moment before
    steps = (
        f"{REVIEW}roles: {{ clerk: case.owner }}\nsteps:\n"
        "  - { step: look, title: Look, role: clerk, do: Look at it, instruction: Read all of it. }\n"
        "  - { step: decide, set: { case.status: decided } }\n"
        "  - { step: close, set: { case.status: closed } }\n"
    )
    shut = STATUSES.replace("[decided] }", "[decided, closed] }", 1)

    # then that an open case may be closed helps nobody
    assert idle(tmp_path, shut, steps, NOBODY) == ["open closed"]


def test_a_status_that_is_computed_may_be_any(tmp_path):
    steps = (
        f"{REVIEW}steps:\n"
        "  - { step: look, title: Look, role: clerk, do: Look at it, instruction: Read all of it. }\n"
        "  - { step: move, set: { case.status: 'if case.urgent = true then closed else decided' } }\n"
    )

    assert idle(tmp_path, STATUSES, steps, NOBODY) == []


def idle(folder, *examples):
    """The moves that nothing makes."""
    found = [sentence.split("'") for sentence in laid_over(folder, "ENT011", *examples)]
    return [f"{parts[1]} {parts[3]}" for parts in found]
