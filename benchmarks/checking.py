"""Checking: how long it takes to read and prove the shipped definitions, and five hundred procedures.

    python -m benchmarks.checking

The procedures are generated from the benchmark's own model: chains of steps with loops, branches,
gateways and a decision each.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.floor import MODEL, Row
from server import loading

SHIPPED_SECONDS, MANY_SECONDS = 2.0, 20.0
PROCEDURES = 500


def rows() -> list[Row]:
    """Seconds for the shipped definitions and for many procedures, each by what it may take."""
    shipped = _seconds([loading.shipped()])
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), PROCEDURES)
        many = _seconds([loading.site(MODEL), loading.site(Path(folder))])
    return [
        Row("checking what is shipped, seconds", shipped, SHIPPED_SECONDS, "", at_most=True),
        Row(f"checking {PROCEDURES} procedures, seconds", many, MANY_SECONDS, "", at_most=True),
    ]


def _seconds(folders: Iterable[loading.Folder]) -> float:
    begun = time.process_time()
    loaded = loading.load(folders)
    taken = time.process_time() - begun
    errors = [str(item) for item in loaded.diagnostics if item.is_error]
    assert not errors, errors[:3]
    return taken


def write(folder: Path, count: int) -> None:
    """So many procedures of a process of their own, with a decision each."""
    keys = [f"made-{number}" for number in range(count)]
    listed = "".join(f"  - {key}\n" for key in keys)
    _put(
        folder / "processes" / "made.yaml",
        f"process: made\ntitle: Made\npurpose: Measured only.\nprocedures:\n{listed}",
    )
    for key in keys:
        _put(folder / "procedures" / "made" / f"{key}.yaml", PROCEDURE.replace("KEY", key))
        _put(folder / "decisions" / f"{key}-way.yaml", DECISION.replace("KEY", key))


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


PROCEDURE = """\
procedure: KEY
title: Made for measuring
process: made
about: ticket
purpose: As many steps as a procedure of the model has, in loops, branches and gateways.
roles: { worker: anyone }
starts:
  - { by: worker, title: Begin, form: ticket-begin }
steps:
  - step: look
    title: Look at it
    role: worker
    do: Say how it stands
    instruction: Take what the sample says, and change one of the answers every time.
    form: ticket-work
    asks:
      big: Is it big?
      known: Is it known?
      size: { question: How big is it?, type: whole_number }
    as: looked
    outcomes:
      clear: { label: It is clear, then: sort }
      unclear: { label: It is not, then: again }
  - { step: again, set: { ticket.rounds: ticket.weight + 1 }, then: look }
  - step: sort
    choose:
      - { rule: big, if: looked.big and looked.size >= 10, then: both }
      - { rule: known, if: looked.known, then: way }
      - { otherwise: work }
  - step: both
    together:
      one:
        - step: first
          title: Do the first half
          role: worker
          do: Do half of it
          instruction: Leave the other half to whoever has the other task.
        - { step: first-noted, set: { ticket.weight: 2 } }
      other:
        - step: second
          title: Do the second half
          role: worker
          do: Do the rest of it
          instruction: Leave the first half to whoever has the other task.
  - step: way
    decide: KEY-way
    given: { big: looked.big, known: looked.known, size: looked.size }
    outcomes: { short: finish, long: work, round: look }
  - step: work
    title: Work on it
    role: worker
    do: Work on it until it is done
    instruction: It is done when the note says what was done and why.
    form: ticket-work
    outcomes:
      done: { label: It is done, then: finish }
      back: { label: Look at it again, then: look }
  - { step: finish, end: finished }
"""
DECISION = """\
decision: KEY-way
title: Which way does it go?
inputs:
  big: { type: yes_no }
  known: { type: yes_no }
  size: { type: whole_number }
output: { way: { choice: [short, long, round] } }
hits: first
rules:
  - { rule: tiny, if: { big: no, size: "< 3" }, then: { way: short } }
  - { rule: known, if: { known: yes, size: "[3..20]" }, then: { way: long } }
  - { rule: huge, if: { size: "> 100" }, then: { way: round } }
  - { rule: sums, if: size * 2 - 5 > 90 and big, then: { way: round } }
  - { otherwise: { way: long } }
"""

if __name__ == "__main__":
    for row in rows():
        print(row)
