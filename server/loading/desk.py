"""Where one file becomes a value: expressions and values are read here, and what is wrong noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from server.domain.expression import Expression, Problem, nodes, parse, resolve
from server.domain.expression.spelling import did_you_mean
from server.domain.expression.tree import Comparison, Constant, IsNull, Node
from server.domain.expression.tree import Path as Named
from server.domain.expression.walking import free_paths
from server.domain.values import TEXT, Kind, Type, Value, from_json
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.faults import sense as faults
from server.loading.manuscript import Manuscript, Reference
from server.loading.marked import Path, SourceFile

FLAGS: Mapping[Any, bool] = {"yes": True, "no": False, True: True, False: False}


@dataclass(frozen=True, slots=True)
class Scope:
    """What expressions may call by name at one place.

    `doubtful` are names that not every way here has passed, each with a way that has not. `optional`
    are answers that may be missing, such as `findings.note`. `obscure` are names that stand for
    something broken or unknown: what is said of them cannot be judged.
    """

    names: Mapping[str, Type] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    obscure: frozenset[str] = frozenset()


class Desk:
    """One file at work. `names` of the manuscript's other parts are looked up, not copied."""

    def __init__(self, source: SourceFile, manuscript: Manuscript) -> None:
        self.source = source
        self.manuscript = manuscript
        self.data: Mapping[str, Any] = source.data

    def say(self, diagnostic: Diagnostic) -> None:
        self.manuscript.diagnostics.append(diagnostic)

    # -- references ---------------------------------------------------------------------------

    def refer(self, kind: str, key: str, *path: str | int, offset: int | None = 0) -> None:
        """Note that this place names another definition, or a field of an entity."""
        self.manuscript.references.append(Reference(kind, key, self.source, path, offset))

    def refer_key(self, kind: str, key: str, *path: str | int) -> None:
        """The same, where the name is a key and not a value."""
        self.refer(kind, key, *path, offset=None)

    # -- values -------------------------------------------------------------------------------

    def value(self, raw: Any, typ: Type, *path: str | int) -> Value:
        """The value that was written, None where it does not fit."""
        try:
            return from_json(typ, str(raw) if isinstance(raw, Decimal) else raw)
        except ValueError as error:
            known = ("yes", "no") if typ.kind is Kind.YES_NO else typ.choices
            hint = did_you_mean(str(raw), known) if known else ""
            if typ.kind is Kind.TEXT and not isinstance(raw, str):
                hint = "Put it in quotes."
            self.say(faults.unfit(self.source.mark(*path), str(error), hint))
            return None

    # -- expressions --------------------------------------------------------------------------

    def expression(
        self,
        raw: Any,
        scope: Scope,
        *path: str | int,
        expected: Type | None = None,
        nullable: bool | None = None,
        timeless: bool = False,
        place: Place | None = None,
    ) -> Expression:
        """The expression written at `path`, resolved; something harmless where it is not sound."""
        place = place or Place(self.source, path)
        text = spelled(raw)
        parsed = parse(text)
        if isinstance(parsed, Problem):
            self.say(faults.misread(place.mark(parsed), parsed.message, parsed.hint))
            return unsound(text, expected)
        roots = {found.parts[0] for found in free_paths(parsed.tree)}
        unclear = scope.obscure and not roots <= scope.names.keys()
        if unclear or not self.manuscript.has_all_entities:
            return unsound(text, expected)
        tested = self._tested(parsed.tree, roots, scope, place)
        if (roots & scope.doubtful.keys()) - tested - scope.names.keys():
            return unsound(text, expected)
        optional = {*scope.optional, *tested}
        resolved = resolve(
            parsed,
            scope.names,
            self.manuscript.entities,
            expected,
            optional=optional,
            nullable=nullable,
            timeless=timeless,
        )
        if isinstance(resolved, tuple):
            for problem in resolved:
                self.say(faults.senseless(place.mark(problem), problem.message, problem.hint))
            return unsound(text, expected)
        return resolved

    def tried(self, raw: Any, scope: Scope) -> Type | None:
        """What kind of value an expression gives; None where it is not sound. Nothing is said."""
        parsed = parse(spelled(raw))
        if isinstance(parsed, Problem) or not self.manuscript.has_all_entities:
            return None
        optional = {*scope.optional, *scope.doubtful}
        entities = self.manuscript.entities
        found = resolve(parsed, scope.names, entities, None, optional=optional, nullable=True)
        return None if isinstance(found, tuple) else found.type

    def record(
        self,
        raw: Any,
        scope: Scope,
        *path: str | int,
        many: bool = False,
        place: Place | None = None,
    ) -> Expression:
        """An expression for a record; with `many`, also for a list of them."""
        place = place or Place(self.source, path)
        found = self.expression(raw, scope, *path, place=place)
        if not is_sound(found) or found.type is None:
            return found
        typ = found.type.item if many and found.type.item is not None else found.type
        if typ.kind is not Kind.REF:
            mark = place.mark(Problem("", 0, 0))
            self.say(faults.senseless(mark, f"A record is needed here; this is {typ}.", ""))
            return unsound(found.text, None)
        return found

    def null_in(
        self, found: Expression, scope: Scope, expected: Type | None, place: Place
    ) -> Mark | None:
        """Where an expression that has been resolved may be null; None where it cannot be."""
        parsed = parse(found.text)
        if not is_sound(found) or isinstance(parsed, Problem):
            return None
        names, entities = scope.names, self.manuscript.entities
        tested = (name for name in scope.doubtful if _tests(parsed.tree, name))
        optional = {*scope.optional, *tested}  # of the others it is told that they are not known
        again = resolve(parsed, names, entities, expected, optional=optional, nullable=False)
        return place.mark(again[0]) if isinstance(again, tuple) else None

    def _tested(self, tree: Node, roots: set[str], scope: Scope, place: Place) -> set[str]:
        """The doubtful names that the expression tests for null; the others are told."""
        tested = {name for name in roots & scope.doubtful.keys() if _tests(tree, name)}
        for name in sorted(roots & scope.doubtful.keys() - tested):
            start = min(item.span[0] for item in free_paths(tree) if item.parts[0] == name)
            mark = place.mark(Problem("", start, start))
            self.say(faults.not_known(mark, name, scope.doubtful[name]))
        return tested


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: in the scalar at `path` from `offset` on, or in the key itself.

    `before` is how many characters were put before the author's own, to make it whole.
    """

    source: SourceFile
    path: Path
    in_key: bool = False
    before: int = 0

    def mark(self, problem: Problem) -> Mark:
        offset = max(problem.start - self.before, 0)
        if self.in_key:
            mark = self.source.key_mark(*self.path)
            return Mark(mark.file, mark.line, mark.column + offset)
        return self.source.inside(self.path, offset)


def spelled(raw: Any) -> str:
    """A YAML scalar as an expression spells it."""
    match raw:
        case None:
            return "null"
        case bool():
            return "true" if raw else "false"
        case Decimal():
            return format(raw, "f")
        case _:
            return str(raw)


def words(data: Mapping[str, Any], key: str) -> str:
    """A text for people; empty where it is missing, as is told elsewhere."""
    return str(data.get(key) or "")


def flag(data: Mapping[str, Any], key: str) -> bool:
    return FLAGS[data.get(key, False)]


_NOWHERE = (-1, -1)


def unsound(text: str, typ: Type | None) -> Expression:
    """What stands for an expression that cannot be used. Its definitions are never served."""
    return Expression(text, Constant(None, typ or TEXT, _NOWHERE), typ)


def is_sound(expression: Expression) -> bool:
    return expression.tree.span != _NOWHERE


def _tests(tree: Node, name: str) -> bool:
    """Whether the expression asks if `name`, or something of it, is null."""
    for node in nodes(tree):
        match node:
            case IsNull(operand=Named(parts=parts)):
                if parts[0] == name:
                    return True
            case (
                Comparison(left=Named(parts=parts), right=Constant(value=None))
                | Comparison(left=Constant(value=None), right=Named(parts=parts))
            ):
                if parts[0] == name:
                    return True
    return False
