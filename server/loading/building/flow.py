"""What has a name when a run comes to a step: records, answers and verdicts, along every way.

A name born in a list is private to it. At a step it is known where every way there has passed a
step that makes it; of a name that is not, one way without it is kept, for a sentence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.domain.expression import Expression
from server.domain.values import YES_NO, Kind, Type
from server.domain.ways import DONE
from server.loading.building.approvals import count_type
from server.loading.building.types import written_type
from server.loading.desk import Desk, Place, Scope, flag, is_sound, unsound
from server.loading.faults import sense as faults
from server.loading.manuscript import written_lists
from server.loading.marked import Path

PERIOD = "period"
PERIOD_TYPE = Type(
    Kind.ANSWERS,
    members={
        "from": Type(Kind.DATE_TIME),
        "until": Type(Kind.DATE_TIME),
        "first_day": Type(Kind.DATE),
        "last_day": Type(Kind.DATE),
    },
)
"""What a recurring start knows of the period that it begins a run for."""

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

    With `for_each`, both are those of a turn; `around` has the scope in which the list is read,
    and `members` the list.

    `starts` are the scopes in which runs begin, in the order of the starts; `names` are all names
    of the procedure; `whole` is what is known throughout.
    """

    scopes: dict[Path, Scope] = field(default_factory=dict)
    after: dict[Path, Scope] = field(default_factory=dict)
    around: dict[Path, Scope] = field(default_factory=dict)
    members: dict[Path, Expression] = field(default_factory=dict)
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
    if "for_each" in raw:
        yield raw.get("then")
        return
    if "choose" in raw:
        for row in raw["choose"]:
            yield row.get("then") or row.get("otherwise")
        return
    for outcome in raw.get("outcomes", {}).values():
        then = outcome if isinstance(outcome, str) else outcome.get("then")
        yield then or raw.get("then")
    if not raw.get("outcomes") or "wait_until" in raw:
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
            known |= self._of_period(raw, ("starts", index))
            begins_at = raw.get("begins_at")
            position = keys.index(begins_at) if begins_at in keys else 0
            entries.append((position, frozenset(known), f"when it begins with '{start_key(raw)}'"))
        visible = self._list(data["steps"], ("steps",), entries, frozenset())
        always = frozenset.intersection(*(known for _, known, _ in entries))
        for key, inner in data.get("as_needed", {}).items():
            entry = (0, always, f"when '{key}' is begun")
            self._list(inner, ("as_needed", key), [entry], visible)
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

    def _of_period(self, raw: Mapping[str, Any], path: Path) -> set[str]:
        """What a recurring start may call by name: its period, and each record that it is for."""
        if "every" not in raw:
            return set()
        names = {self._meet(Born(PERIOD, PERIOD_TYPE, (*path, "every"))).name}
        if "for_each" in raw:
            names.add(self._meet(self._turn(raw, path, Scope())).name)
        return names

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
            yield self._verdict(raw, path)
        elif "approve" in raw:
            yield Born(raw["as"], count_type(raw), (*path, "as"))
        else:
            yield self._answers(raw, path)

    def _verdict(self, raw: Mapping[str, Any], path: Path) -> Born:
        decision = self._desk.manuscript.decisions.get(raw["decide"])
        if decision is None:
            return Born(raw["as"], None, (*path, "as"))
        typ = Type(Kind.ANSWERS, members=decision.says)
        optional = frozenset(f"{raw['as']}.{name}" for name in decision.nullable)
        return Born(raw["as"], typ, (*path, "as"), optional)

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
    ) -> frozenset[str]:
        """Walk one list; `around` are the names of the lists that it stands in. All names seen."""
        makes = [
            frozenset(self._meet(born).name for born in self._of_step(raw, (*path, index)))
            for index, raw in enumerate(steps)
        ]
        gives = [
            frozenset() if "for_each" in raw else made
            for raw, made in zip(steps, makes, strict=True)
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
            self._flow.around[at] = around_it = self._scope(visible, doubts)
            seen, here = visible, known[index]
            if "for_each" in raw:
                turn = self._meet(self._turn(raw, at, around_it)).name
                seen, here = seen | makes[index] | {turn}, here | {turn}
                doubts |= dict.fromkeys(makes[index] - visible, "before this step is done")
            self._flow.scopes[at] = self._scope(seen, doubts)
            left = here | makes[index]
            after = {name: way for name, way in doubts.items() if name not in left}
            self._flow.after[at] = self._scope(seen, after)
            self._inner_lists(raw, at, here, seen)
        return visible

    def _inner_lists(
        self, raw: Mapping[str, Any], at: Path, known: frozenset[str], seen: frozenset[str]
    ) -> None:
        """Walk the lists inside a step. What is done as needed sees what its group has made."""
        entry = (0, known, f"when it comes from '{raw['step']}'")
        for inner, steps in written_lists(raw):
            if inner[0] == "as_needed":
                as_needed = (0, known, f"when '{inner[1]}' is begun")
                self._list(steps, (*at, *inner), [as_needed], seen)
                continue
            within = self._list(steps, (*at, *inner), [entry], seen)
            if inner[0] == "steps":
                seen = within

    def _turn(self, raw: Mapping[str, Any], at: Path, around: Scope) -> Born:
        """What the record of a turn is called. Its type is that of the list's members."""
        path = (*at, "for_each")
        self._flow.members[at] = members = listed(self._desk, raw["for_each"], around, path)
        name = turn_name(raw["for_each"])
        if name in around.names:
            mark = self._desk.source.mark(*path)
            self._desk.say(faults.two_meanings(mark, name, spoken(around.names[name])))
        item = members.type.item if members.type is not None else None
        return Born(name, item, path)

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


def turn_name(written: str) -> str:
    """What `for_each` calls the record of a turn."""
    return written.partition(" in ")[0].strip()


def listed(desk: Desk, written: str, scope: Scope, path: Path) -> Expression:
    """The list that `for_each` goes through, all but its name: a list of records."""
    name, middle, text = written.partition(" in ")
    place = Place(desk.source, path, before=-len(name) - len(middle))
    found = desk.expression(text, scope, place=place)
    if not is_sound(found) or found.type is None:
        return found
    if found.type.item is None or found.type.item.kind is not Kind.REF:
        mark = desk.source.inside(path, len(name) + len(middle))
        desk.say(
            faults.senseless(mark, f"A list of records is needed here; this is {found.type}.", "")
        )
        return unsound(found.text, None)
    return found


def start_key(raw: Mapping[str, Any]) -> str:
    """The id of a start, given or made up."""
    if "start" in raw:
        return str(raw["start"])
    if "by" in raw:
        return f"by-{raw['by']}"
    if "after" in raw:
        return f"after-{raw['after']}"
    if "at" in raw:
        return "at"
    if "every" in raw:
        return f"every-{raw['every'].replace(' ', '-')}"
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
