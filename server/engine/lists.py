"""Lists within a run: groups, branches, turns and what is begun as needed; when each is over.

Source: language reference, *Tokens*, *Lists* and *Ad hoc*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from server.domain.refusals import WrongState
from server.domain.run import ListKind, Scope
from server.domain.step import (
    AsNeeded,
    Branch,
    Do,
    Group,
    Step,
    Together,
    Turns,
)
from server.domain.values import RecordRef
from server.domain.ways import DONE
from server.engine import events as happened
from server.engine.facts import Facts
from server.engine.tokens import Tokens
from server.engine.walk import Walk

OVER = "over"
"""What the table of a `finish_when` says once its condition holds."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be begun as needed now, in the list `scope`. `role` is that of its first step."""

    key: str
    title: str
    scope: int
    step: str | None
    role: str


class Lists:
    """Opens, watches and closes the lists of runs, for the machine of one command."""

    def __init__(self, tokens: Tokens, facts: Facts) -> None:
        self._tokens = tokens
        self._facts = facts

    # -- opening ------------------------------------------------------------------------------

    def open_group(self, walk: Walk, scope: int, step: Step, action: Group) -> None:
        number = walk.run.sequence + 1
        walk.happen(happened.GroupOpened(step.key, scope, number))
        self._tokens.go(walk, number, _first(action.steps))

    def open_branches(self, walk: Walk, scope: int, step: Step, action: Together) -> None:
        opened: list[tuple[int, Branch]] = []
        for branch in action.branches:
            number = walk.run.sequence + 1
            walk.happen(happened.BranchOpened(step.key, scope, branch.key, number))
            opened.append((number, branch))
        for number, branch in reversed(opened):
            self._tokens.go(walk, number, _first(branch.steps))

    def open_turns(self, walk: Walk, scope: int, step: Step) -> None:
        number = walk.run.sequence + 1
        walk.happen(happened.TurnsOpened(step.key, scope, number))
        self._go_on(walk, number)

    # -- as needed ----------------------------------------------------------------------------

    def offers(self, walk: Walk) -> Iterator[Offer]:
        """What may be begun as needed now, in reading order."""
        run, procedure = walk.run, walk.book.procedure
        if not run.is_open:
            return
        yield from (_offer(item, 0, None) for item in procedure.as_needed)
        branches: set[tuple[int | None, str | None]] = set()
        for scope in run.scopes.values():
            if scope.step is None or scope.kind not in {ListKind.GROUP, ListKind.BRANCH}:
                continue
            place = (scope.parent, scope.step)
            if scope.kind is ListKind.BRANCH and place in branches:
                continue
            branches.add(place)
            action = procedure.step(scope.step).action
            holder = scope.parent if scope.kind is ListKind.BRANCH else scope.number
            if isinstance(action, Group | Together) and holder is not None:
                yield from (_offer(item, holder, scope.step) for item in action.as_needed)

    def begin_as_needed(self, walk: Walk, key: str, scope: int | None) -> int:
        """Begin what is offered under a key; the number of its list.

        Raises:
            WrongState: nothing of that name is offered now, or in several lists and none was named.
        """
        found = [
            offer
            for offer in self.offers(walk)
            if offer.key == key and scope in {None, offer.scope}
        ]
        if len(found) != 1:
            raise WrongState(
                f"'{key}' is offered several times in this run."
                if found
                else f"Nothing called '{key}' can be begun in this run now.",
                hint="Say in which list." if found else "Read the run again: it says what can be.",
            )
        [offer] = found
        number = walk.run.sequence + 1
        walk.happen(happened.AsNeededOpened(offer.scope, key, number, offer.step))
        self._tokens.go(walk, number, _first(walk.steps(number)))
        return number

    # -- going on -----------------------------------------------------------------------------

    def look(self, walk: Walk) -> None:
        """Look again at which turns are due, and whether they are over."""
        for scope in tuple(walk.run.scopes.values()):
            if scope.kind is ListKind.TURNS and scope.number in walk.run.scopes:
                self._go_on(walk, scope.number)

    def done(self, walk: Walk, number: int) -> None:
        """The token of a list has passed its end."""
        scope = walk.run.scopes[number]
        match scope.kind:
            case ListKind.OWN:
                self.end(walk, DONE)
            case ListKind.BRANCH:
                self._branch_done(walk, scope)
            case ListKind.GROUP:
                self._group_done(walk, scope)
            case ListKind.TURN:
                assert scope.parent is not None
                walk.happen(happened.ListClosed(number, step=scope.step))
                self._go_on(walk, scope.parent)
            case _:
                walk.happen(happened.ListClosed(number, step=scope.step))

    def end(self, walk: Walk, end: str, step: str | None = None) -> None:
        """End a run where it stands: what was begun as needed is withdrawn."""
        inner = {scope.number for scope in walk.run.scopes.values() if scope.parent is not None}
        self.withdraw(walk, inner, "the run has ended")
        self._tokens.end(walk, end, step)

    def withdraw(self, walk: Walk, scopes: set[int], reason: str) -> None:
        """Take back what is open in these lists and in those inside them."""
        inner = {
            item.number for item in walk.run.scopes.values() if item.parent in scopes
        } - scopes
        if inner:
            self.withdraw(walk, inner, reason)
        for task in walk.run.open_tasks:
            if task.scope in scopes:
                walk.happen(happened.TaskWithdrawn(task.step, task.number, reason))
        for number in sorted(scopes, reverse=True):
            item = walk.run.scopes[number]
            if item.wait is not None:
                walk.happen(happened.WaitWithdrawn(item.wait.step, number, reason))
                if item.wait.run is not None:
                    self._tokens.left.append(item.wait.run)
            if item.kind is ListKind.BRANCH and item.step is not None:
                walk.happen(happened.BranchClosed(item.step, number, withdrawn=True))
            elif item.kind is not ListKind.OWN:
                walk.happen(happened.ListClosed(number, withdrawn=True, step=item.step))

    def _branch_done(self, walk: Walk, scope: Scope) -> None:
        assert scope.step is not None
        assert scope.parent is not None
        step = walk.step(scope.parent, scope.step)
        assert isinstance(step.action, Together)
        walk.happen(happened.BranchClosed(step.key, scope.number))
        beside = walk.run.inside(scope.parent, ListKind.BRANCH, step=step.key)
        if step.action.finish_when not in {"first", scope.branch} and beside:
            return
        needed = walk.run.inside(scope.parent, ListKind.AS_NEEDED, step=step.key)
        self._withdraw(walk, (*beside, *needed), f"{step.key} is done")
        self._tokens.pass_on(walk, scope.parent, step, None)

    def _group_done(self, walk: Walk, scope: Scope) -> None:
        assert scope.step is not None
        assert scope.parent is not None
        step = walk.step(scope.parent, scope.step)
        needed = walk.run.inside(scope.number, ListKind.AS_NEEDED)
        self._withdraw(walk, needed, f"{step.key} is done")
        walk.happen(happened.ListClosed(scope.number, step=step.key))
        self._tokens.pass_on(walk, scope.parent, step, None)

    def _withdraw(self, walk: Walk, scopes: tuple[Scope, ...], reason: str) -> None:
        self.withdraw(walk, {item.number for item in scopes}, reason)

    # -- turns --------------------------------------------------------------------------------

    def _go_on(self, walk: Walk, number: int) -> None:
        """Open the turns that are due, or close them all when they are over."""
        turns = walk.run.scopes[number]
        assert turns.parent is not None
        assert turns.step is not None
        step = walk.step(turns.parent, turns.step)
        each = step.each
        assert each is not None
        if not self._is_over(walk, turns, step, each):
            due = [item for item in self._members(walk, turns, each) if item not in turns.begun]
            is_open = bool(walk.run.inside(number, ListKind.TURN))
            if not each.all_at_once:
                due = [] if is_open else due[:1]
            self._open(walk, number, step, each, due)
            if due or is_open or each.condition is not None:
                return
        opened = walk.run.inside(number, ListKind.TURN)
        self._withdraw(walk, opened, f"{step.key} is done")
        walk.happen(happened.ListClosed(number, step=step.key))
        self._tokens.go(walk, turns.parent, step.then or walk.following(turns.parent, step))

    def _open(
        self, walk: Walk, turns: int, step: Step, each: Turns, members: list[RecordRef]
    ) -> None:
        opened: list[int] = []
        for member in members:
            opened.append(walk.run.sequence + 1)
            walk.happen(happened.TurnOpened(step.key, turns, member, each.name, opened[-1]))
        for number in reversed(opened):
            self._tokens.go(walk, number, step.key)

    def _members(self, walk: Walk, turns: Scope, each: Turns) -> tuple[RecordRef, ...]:
        """The records of the list as it is now, each once."""
        assert turns.parent is not None
        found = self._facts.value(walk, turns.parent, each.members)
        items = found if isinstance(found, tuple) else ()
        return tuple(dict.fromkeys(item for item in items if isinstance(item, RecordRef)))

    def _is_over(self, walk: Walk, turns: Scope, step: Step, each: Turns) -> bool:
        assert turns.parent is not None
        if each.condition is not None:
            return self._facts.holds(
                walk, turns.parent, step.key, each.condition, each.given, says=OVER
            )
        match each.finish_when:
            case "all":
                return False
            case "one":
                return turns.completed > 0
            case Fraction() as share:
                members = {*self._members(walk, turns, each), *turns.begun}
                return turns.completed > 0 and turns.completed >= share * len(members)
            case number:
                return turns.completed >= number


def _first(steps: tuple[Step, ...]) -> str:
    return steps[0].key if steps else DONE


def _offer(item: AsNeeded, scope: int, step: str | None) -> Offer:
    action = item.steps[0].action
    assert isinstance(action, Do)
    return Offer(item.key, item.title, scope, step, action.role)
