"""What has a name when a run comes to a step: records, answers and verdicts, along every way.

A name born in a list is private to it. At a step it is known where every way there has passed a
step that makes it; of a name that is not, one way without it is kept, for a sentence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.domain.procedure import DONE
from server.domain.values import YES_NO, Kind, Type
from server.loading.building.types import written_type
from server.loading.desk import Desk, Scope, flag
from server.loading.faults import sense as faults
from server.loading.marked import Path

Steps = Sequence[Mapping[str, Any]]
LONGEST_WAY = 4
"""Steps of a way that a sentence names."""


@dataclass(frozen=True, slots=True)
class Born:
    """A name that a step or a start gives. `type` is None where it stands for something broken."""

    name: str
    type: Type | None
    path: Path
    optional: frozenset[str] = frozenset()


@dataclass(slots=True)
class Flow:
    """`scopes` maps the path of each step to its scope on arrival; `after` to the one it leaves.

    `starts` are the scopes in which runs begin, in the order of the starts; `names` are all names
    of the procedure; `whole` is what is known throughout.
    """

    scopes: dict[Path, Scope] = field(default_factory=dict)
    after: dict[Path, Scope] = field(default_factory=dict)
    starts: list[Scope] = field(default_factory=list)
    names: dict[str, Type] = field(default_factory=dict)
    whole: Scope = field(default_factory=Scope)


def flow(desk: Desk) -> Flow:
    """The names of a procedure, step by step."""
    return _Reading(desk).read()


def targets(steps: Steps, index: int) -> Iterator[str | None]:
    """The steps that may follow in this list as written; None for the next one."""
    raw = steps[index]
    if "end" in raw or "continue_in" in raw:
        return
    if "choose" in raw:
        for row in raw["choose"]:
            yield row.get("then") or row.get("otherwise")
        return
    for outcome in raw.get("outcomes", {}).values():
        then = outcome if isinstance(outcome, str) else outcome.get("then")
        yield then or raw.get("then")
    if not raw.get("outcomes"):
        yield raw.get("then")


def followers(steps: Steps, index: int) -> list[int]:
    """Where in this list a token may go from the step at `index`."""
    keys = [step["step"] for step in steps]
    found: list[int] = []
    for target in targets(steps, index):
        if target is None:
            found.append(index + 1)
        elif target != DONE and target in keys:
            found.append(keys.index(target))
    return [position for position in dict.fromkeys(found) if position < len(steps)]


class _Reading:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._flow = Flow()
        self._born: dict[str, Born] = {}

    def read(self) -> Flow:
        data = self._desk.data
        about = self._meet(Born(data["about"], self._record(data["about"]), ("about",)))
        entries: list[tuple[int, frozenset[str], str]] = []
        keys = [step["step"] for step in data["steps"]]
        for index, raw in enumerate(data["starts"]):
            known = {about.name}
            starter = self._starter(raw)
            if starter and starter != about.name:
                self._meet(Born(starter, self._record(starter), ("starts", index)))
                known.add(starter)
            begins_at = raw.get("begins_at")
            position = keys.index(begins_at) if begins_at in keys else 0
            entries.append((position, frozenset(known), f"when it begins with '{start_key(raw)}'"))
        self._list(data["steps"], ("steps",), entries, frozenset())
        all_entries = [known for _, known, _ in entries]
        self._flow.starts = [self._scope(known, {}) for known in all_entries]
        sure = frozenset.intersection(*all_entries)
        outer = self._outer_names()
        doubts = dict.fromkeys(outer - sure, "while the run has not passed the step that makes it")
        self._flow.whole = self._scope(outer, doubts)
        self._flow.names = {
            born.name: born.type for born in self._born.values() if born.type is not None
        }
        return self._flow

    # -- names --------------------------------------------------------------------------------

    def _starter(self, raw: Mapping[str, Any]) -> str | None:
        """The entity of the record that this start begins with."""
        if "when" in raw:
            return str(raw["when"]).removeprefix("new ")
        form = self._desk.manuscript.sources.get(("form", raw.get("form", "")))
        return form.data.get("entity") if form is not None else None

    def _record(self, entity: str) -> Type | None:
        known = entity in self._desk.manuscript.entities
        return Type(Kind.REF, entity=entity) if known else None

    def _meet(self, born: Born) -> Born:
        """Remember a name, and tell where it has meant something else."""
        known = self._born.setdefault(born.name, born)
        if known.type != born.type and None not in (known.type, born.type):
            mark = self._desk.source.mark(*born.path)
            self._desk.say(faults.two_meanings(mark, born.name, spoken(known.type)))
        if known is not born and known.optional != born.optional:
            merged = known.optional | born.optional
            self._born[born.name] = Born(born.name, known.type, known.path, merged)
        return known

    def _of_step(self, raw: Mapping[str, Any], path: Path) -> Iterator[Born]:
        """The names that a step gives when it is done."""
        for verb in ("creates", "create"):
            if verb in raw:
                entity, _, name = raw[verb].partition(" as ")
                yield Born(name or entity, self._record(entity), (*path, verb))
        if "as" not in raw:
            return
        if "decide" in raw:
            yield Born(raw["as"], self._verdict(raw["decide"]), (*path, "as"))
        else:
            yield self._answers(raw, path)

    def _verdict(self, key: str) -> Type | None:
        decision = self._desk.manuscript.decisions.get(key)
        return Type(Kind.ANSWERS, members=decision.outputs) if decision is not None else None

    def _answers(self, raw: Mapping[str, Any], path: Path) -> Born:
        members: dict[str, Type] = {}
        optional: set[str] = set()
        for name, question in raw.get("asks", {}).items():
            members[name] = asked_type(self._desk, question, *path, "asks", name) or YES_NO
            if isinstance(question, dict) and not flag({"required": True, **question}, "required"):
                optional.add(f"{raw['as']}.{name}")
        if "outcomes" in raw:
            members["outcome"] = Type(Kind.CHOICE, choices=tuple(raw["outcomes"]))
        typ = Type(Kind.ANSWERS, members=members)
        return Born(raw["as"], typ, (*path, "as"), frozenset(optional))

    # -- ways ---------------------------------------------------------------------------------

    def _list(
        self,
        steps: Steps,
        path: Path,
        entries: Sequence[tuple[int, frozenset[str], str]],
        around: frozenset[str],
    ) -> None:
        """Walk one list; `around` are the names of the lists that it stands in."""
        gives = [
            frozenset(self._meet(born).name for born in self._of_step(raw, (*path, index)))
            for index, raw in enumerate(steps)
        ]
        visible = around.union(*gives, *(known for _, known, _ in entries))
        ways = [followers(steps, index) for index in range(len(steps))]
        known = _known(ways, gives, entries, visible)
        for index, raw in enumerate(steps):
            at = (*path, index)
            doubts = {
                name: _way(steps, ways, gives, entries, index, name)
                for name in visible - known[index]
            }
            self._flow.scopes[at] = self._scope(visible, doubts)
            left = known[index] | gives[index]
            doubts = {name: way for name, way in doubts.items() if name not in left}
            self._flow.after[at] = self._scope(visible, doubts)
            for branch, inner in raw.get("together", {}).items():
                entry = (0, known[index], f"when it comes from '{raw['step']}'")
                self._list(inner, (*at, "together", branch), [entry], visible)

    def _outer_names(self) -> frozenset[str]:
        scopes = [
            scope for path, scope in self._flow.scopes.items() if len(path) == len(("steps", 0))
        ]
        return frozenset().union(*(scope.names.keys() | scope.obscure for scope in scopes))

    def _scope(self, visible: frozenset[str], doubts: Mapping[str, str]) -> Scope:
        born = [self._born[name] for name in sorted(visible)]
        return Scope(
            {item.name: item.type for item in born if item.type is not None},
            doubts,
            frozenset().union(*(item.optional for item in born)),
            frozenset(item.name for item in born if item.type is None),
        )


def _known(
    ways: Sequence[Sequence[int]],
    gives: Sequence[frozenset[str]],
    entries: Sequence[tuple[int, frozenset[str], str]],
    everything: frozenset[str],
) -> list[frozenset[str]]:
    """For each step, the names that every way there has passed. What nothing reaches knows all."""
    known: list[frozenset[str] | None] = [None] * len(ways)
    waiting: deque[tuple[int, frozenset[str]]] = deque((at, names) for at, names, _ in entries)
    while waiting:
        at, names = waiting.popleft()
        before = known[at]
        now = names if before is None else before & names
        if now != before:
            known[at] = now
            waiting.extend((after, now | gives[at]) for after in ways[at])
    return [everything if names is None else names for names in known]


def _way(
    steps: Steps,
    ways: Sequence[Sequence[int]],
    gives: Sequence[frozenset[str]],
    entries: Sequence[tuple[int, frozenset[str], str]],
    goal: int,
    name: str,
) -> str:
    """The shortest way to a step on which nothing gives the name, in words."""
    came: dict[int, int | None] = {}
    begun: dict[int, str] = {}
    waiting: deque[int] = deque()
    for at, names, words in entries:
        if name not in names and at not in came:
            came[at], begun[at] = None, words
            waiting.append(at)
    while waiting and goal not in came:
        at = waiting.popleft()
        if name in gives[at]:
            continue
        for after in ways[at]:
            if after not in came:
                came[after] = at
                waiting.append(after)
    passed: list[int] = []
    step = came.get(goal)
    while step is not None:
        passed.append(step)
        step = came[step]
    if not passed:
        return begun.get(goal, "here")
    names_passed = [f"'{steps[index]['step']}'" for index in reversed(passed)]
    return f"when the run comes here by way of {', '.join(names_passed[-LONGEST_WAY:])}"


def start_key(raw: Mapping[str, Any]) -> str:
    """The id of a start, given or made up."""
    if "start" in raw:
        return str(raw["start"])
    if "by" in raw:
        return f"by-{raw['by']}"
    if "after" in raw:
        return f"after-{raw['after']}"
    return f"when-{raw['when'].replace(' ', '-')}"


def asked_type(desk: Desk, raw: str | Mapping[str, Any], *path: str | int) -> Type | None:
    """The type of a question's answer; without a word about it, yes or no."""
    if isinstance(raw, str) or not {"type", "choice", "ref"} & raw.keys():
        return YES_NO
    return written_type(desk, raw, *path)


def spoken(typ: Type | None) -> str:
    """What a name of this type stands for, in words."""
    if typ is not None and typ.kind is Kind.ANSWERS:
        return f"answers or a verdict with {', '.join(typ.members)}"
    return f"a record, {typ.entity}" if typ is not None and typ.entity else str(typ)
