"""PRC065 own-members: each turn of a list adds a member to that very list.

Members that come later get a turn too. So every turn makes another one due, and the step is never
over. Of a list that `where` narrows, or that `finish_when` ends, this is not said: what is added may
not be meant, and the turns have an end.

    procedure: case-review
    steps:
      - step: copies
        for_each: note in notes
        create: note as copy
        set: { copy.text: note.text }

Right:

    procedure: case-review
    steps:
      - step: copies
        for_each: note in notes where text != "Read"
        create: note as copy
        set: { copy.text: '"Read"' }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.entity import Entity
from server.domain.expression.tree import Path as Named
from server.domain.step import Create, Creation, Do, Group, Step, Together, Turns
from server.domain.values import Kind
from server.domain.ways import DONE, followers, turn_of
from server.loading.checks.graph import reachable
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC065"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        members = _members(step.each, manuscript.entities)
        if members is not None and _always_adds(turn_of(step), members):
            yield Diagnostic(
                CODE,
                source.mark(*path, "for_each"),
                f"Each turn adds to '{members.text}', so that another turn is due, and so on for ever.",
                "Say with 'where' which members are meant, or when it is over with 'finish_when'.",
            )


@dataclass(frozen=True, slots=True)
class _Members:
    """A list that is read whole: all of `entity`, or those that refer to one record.

    `fields` are the reference fields by which that is, `owners` the words that mean the record.
    """

    text: str
    entity: str
    fields: frozenset[str]
    owners: frozenset[str]

    def take_in(self, creation: Creation | None, step: Step) -> bool:
        """Whether what the step creates stands in the list when the step is done."""
        if creation is None or creation.entity != self.entity:
            return False
        return not self.fields or any(
            one.record.text == creation.name
            and one.field in self.fields
            and one.value.text in self.owners
            for one in step.set
        )


def _members(turns: Turns | None, entities: Mapping[str, Entity]) -> _Members | None:
    """What turns are taken of, where the list is read whole and all have to be done."""
    if turns is None or turns.finish_when != "all" or turns.condition is not None:
        return None
    tree, typ = turns.members.tree, turns.members.type
    item = typ.item if typ is not None else None
    if not is_sound(turns.members) or not isinstance(tree, Named) or item is None:
        return None
    if item.kind is not Kind.REF or item.entity is None:
        return None
    if len(tree.parts) == 1:
        return _Members(turns.members.text, item.entity, frozenset(), frozenset())
    *owner, last = tree.parts
    fields = frozenset(
        field.back[1]
        for entity in entities.values()
        for key, field in entity.fields.items()
        if key == last and field.back is not None and field.back[0] == item.entity
    )
    owners = {".".join(owner), *(f"{turns.name}.{field}" for field in fields)}
    return _Members(turns.members.text, item.entity, fields, frozenset(owners)) if fields else None


def _always_adds(step: Step, members: _Members) -> bool:
    """Whether the step cannot be done without a new member."""
    if step.each is not None:
        return False
    match step.action:
        case Create(creation=creation) | Do(creates=creation):
            return members.take_in(creation, step)
        case Group(steps=steps):
            return _all_ways_add(steps, members)
        case Together(branches=branches, finish_when="all"):
            return any(_all_ways_add(branch.steps, members) for branch in branches)
    return False


def _all_ways_add(steps: tuple[Step, ...], members: _Members) -> bool:
    passed = {step.key for step in steps if _always_adds(step, members)}
    ways = {step.key: () if step.key in passed else followers(step, steps) for step in steps}
    return bool(steps) and DONE not in reachable(ways, [steps[0].key])
