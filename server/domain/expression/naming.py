"""What a path means where it stands: a name, a field of a list's member, a value, a plural."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from server.domain.entity import STATUS, Entity
from server.domain.expression.kinds import spoken
from server.domain.expression.lexer import MisreadError
from server.domain.expression.nulls import Doubts
from server.domain.expression.spelling import did_you_mean
from server.domain.expression.tree import Constant, Node, Path, Span
from server.domain.values import Kind, Type


class Scope:
    """The names that may be used here. `doubts` gathers where on their ways null may stand.

    `_members` are the lists that `where` is inside of: the hidden name and the entity of each.
    `_reads` is whether fields of records may be read.
    """

    def __init__(
        self,
        text: str,
        names: Mapping[str, Type],
        entities: Mapping[str, Entity],
        optional: frozenset[str],
        *,
        reads: bool = True,
    ) -> None:
        self.doubts: Doubts = {}
        self._text = text
        self._names = dict(names)
        self._entities = entities
        self._plurals = {entity.plural: entity for entity in entities.values()}
        self._optional = optional
        self._members: list[tuple[str, Entity]] = []
        self._lists = 0
        self._reads = reads

    def is_known(self, word: str) -> bool:
        fields = any(word in entity.fields for _, entity in self._members)
        return fields or word in self._names or word in self._plurals

    @contextmanager
    def member(self, typ: Type, span: Span) -> Iterator[str]:
        """Inside, the fields of a list's member come first. Gives the member's hidden name."""
        item = typ.item if typ.kind is Kind.LIST else None
        entity = self._entities.get(item.entity or "") if item is not None else None
        if entity is None:
            raise MisreadError(
                f"'where' filters a list of records, and this is {spoken(typ)}.", *span
            )
        self._lists += 1
        name = f"member {self._lists}"
        self._members.append((name, entity))
        try:
            yield name
        finally:
            self._members.pop()

    @contextmanager
    def named(self, name: str, typ: Type, span: Span) -> Iterator[None]:
        """Inside, there is one name more."""
        if name in self._names:
            raise MisreadError(f"'{name}' is a name already.", *span, "Choose another.")
        self._names[name] = typ
        try:
            yield
        finally:
            del self._names[name]

    def meaning(self, node: Path, expected: Type | None) -> Node:
        """The path with its type; or the value, where a word is one of the choice expected."""
        root = node.parts[0]
        if len(node.parts) == 1 and expected is not None and root in expected.choices:
            return Constant(root, expected, node.span)
        for name, entity in reversed(self._members):
            if root in entity.fields:
                if root in self._names:
                    raise MisreadError(
                        f"'{root}' is a field of {entity.title} and a name outside as well.",
                        *node.span,
                        "Give the name outside another one, with 'as'.",
                    )
                record = Type(Kind.REF, entity=entity.key)
                return self._typed(replace(node, parts=(name, *node.parts)), record, 0)
        if root in self._names:
            return self._typed(node, self._names[root], len(root) + 1)
        if root in self._plurals:
            if not self._reads:
                raise MisreadError(
                    "A decision reads no records: what it says depends on its inputs only.",
                    *node.span,
                    "Give it the list, or what is counted of it, as an input.",
                )
            entity = self._plurals[root]
            records = Type(Kind.LIST, item=Type(Kind.REF, entity=entity.key))
            return self._typed(replace(node, all_of=entity.key), records, len(root) + 1)
        raise self._unknown(node, expected)

    def _typed(self, node: Path, typ: Type, offset: int) -> Path:
        """The path with its type, and noted where on the way it may be null."""
        root, *fields = node.parts
        typ, found = self.walk(typ, fields, node.span, offset, root)
        doubts = (root in self._optional, *found)
        before = self.doubts.get(node.parts, doubts)
        self.doubts[node.parts] = tuple(map(operator.or_, before, doubts))
        return replace(node, type=typ, optional=any(doubts) and typ.kind is not Kind.LIST)

    def walk(
        self, typ: Type, parts: list[str], span: Span, offset: int, root: str = ""
    ) -> tuple[Type, tuple[bool, ...]]:
        """The type at the end of the fields, and which of them may be null.

        `offset` is where, within the span, the first field stands.
        """
        doubts: list[bool] = []
        through_list = False
        for index, part in enumerate(parts):
            through_list = through_list or typ.kind is Kind.LIST
            inner = typ.item if typ.kind is Kind.LIST and typ.item is not None else typ
            start = min(span[0] + offset, span[1])
            place = (start, min(start + len(part), span[1]))
            offset += len(part) + 1
            typ, doubt = self._member(inner, part, f"{root}.{part}" if index == 0 else "", place)
            doubts.append(doubt)
            if through_list and typ.kind is not Kind.LIST:
                typ = Type(Kind.LIST, item=typ)
        return typ, tuple(doubts)

    def _member(self, typ: Type, part: str, dotted: str, place: Span) -> tuple[Type, bool]:
        """The type of a field or an answer, and whether it may be null."""
        if typ.kind is Kind.ANSWERS:
            if part not in typ.members:
                raise MisreadError(
                    f"There is no answer '{part}' here.", *place, did_you_mean(part, typ.members)
                )
            return typ.members[part], dotted in self._optional
        entity = self._entities.get(typ.entity or "")
        if typ.kind is not Kind.REF or entity is None:
            raise MisreadError(f"{spoken(typ).capitalize()} has no field '{part}'.", *place)
        if not self._reads:
            raise MisreadError(
                "A decision reads no records: what it says depends on its inputs only.",
                *place,
                f"Give it '{part}' of the {entity.key} as an input.",
            )
        field = entity.fields.get(part)
        if field is None:
            raise MisreadError(
                f"{entity.title} has no field '{part}'.", *place, did_you_mean(part, entity.fields)
            )
        certain = field.required or (part == STATUS and bool(entity.statuses))
        return field.type, not certain

    def _unknown(self, node: Path, expected: Type | None) -> MisreadError:
        root = node.parts[0]
        place = (node.span[0], node.span[0] + len(root))
        known = [*self._names, *(key for _, entity in self._members for key in entity.fields)]
        if len(node.parts) == 1 and expected is not None:
            if expected.kind is Kind.YES_NO and root in {"yes", "no"}:
                truth = "true" if root == "yes" else "false"
                return MisreadError(
                    f"In an expression, '{root}' is written '{truth}'.", *place, f"Write {truth}."
                )
            if expected.kind is Kind.CHOICE:
                hint = did_you_mean(root, expected.choices, also=known)
                return MisreadError(f"'{root}' is not a value here.", *place, hint)
        hint = did_you_mean(root, known, also=self._plurals if self._reads else ())
        if self._text[place[1] : place[1] + 1] == "-":
            hint = "A hyphen is a minus sign here; names are written with underscores."
        return MisreadError(f"Nothing is called '{root}' here.", *place, hint)
