"""The reference of the language, made from the JSON Schemas: what may be written, kind by kind.

The sentences are those that an editor shows while one types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
NEEDED = " (needed)"
_BRANCHES = ("allOf", "anyOf", "oneOf")
_CONDITIONAL = ("then", "else")
_WORDS = {
    frozenset({"string", "number", "boolean"}): "expression",
    frozenset({"string", "number", "boolean", "null"}): "value",
    frozenset({"string"}): "text",
    frozenset({"integer"}): "whole number",
    frozenset({"number"}): "number",
    frozenset({"boolean"}): "true or false",
    frozenset({"null"}): "null",
}


def reference(schema: Schema) -> str:
    """One kind of definition as Markdown: its keys, and those of everything that stands in it."""
    return _Writing(schema.get("definitions", {})).whole(schema)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A map with the key that tells it from other shapes of the same."""

    own: str
    schema: Schema


@dataclass
class _Writing:
    """What is being written. `due` are sections still to be told: title, and shapes of the map."""

    definitions: Schema
    due: list[tuple[str, list[_Shape]]] = field(default_factory=list)
    titles: dict[tuple[int, ...], str] = field(default_factory=dict)

    def whole(self, schema: Schema) -> str:
        lines = [f"# {schema['title']}", "", schema["description"], ""]
        lines += self._section(self._shapes(schema))
        while self.due:
            title, shapes = self.due.pop(0)
            lines += ["", f"## {title}", "", *self._section(shapes)]
        return "\n".join(lines).rstrip() + "\n"

    def _section(self, shapes: Sequence[_Shape]) -> list[str]:
        """The keys of a map; where it has several shapes, of each, called by the key it is for."""
        if len(shapes) == 1:
            return self._table(shapes[0].schema)
        lines: list[str] = []
        for shape in shapes:
            heading = f"With `{shape.own}`" if shape.own else "With none of these"
            lines += ["", f"### {heading}", "", *self._table(shape.schema)]
        return lines[1:]

    def _table(self, shape: Schema) -> list[str]:
        required = frozenset(shape.get("required", ()))
        rows = [
            f"| `{key}`{NEEDED if key in required else ''} | {self._written(key, item)} "
            f"| {_cell(self._description(item))} |"
            for key, item in shape["properties"].items()
            if item is not False
        ]
        return ["| key | written | says |", "|---|---|---|", *rows]

    # -- what a schema says -------------------------------------------------------------------

    def _resolved(self, schema: Any) -> Schema:
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self.definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return schema if isinstance(schema, Mapping) else {}

    def _description(self, schema: Schema) -> str:
        return str(schema.get("description") or self._resolved(schema).get("description", ""))

    def _parts(self, schema: Any) -> Iterator[Schema]:
        """A schema with all its alternatives."""
        node = self._resolved(schema)
        yield node
        for _, inner in _inner(node):
            yield from self._parts(inner)

    def _shapes(self, schema: Any, own: str | None = None) -> list[_Shape]:
        """The maps that a schema allows; those inside, where it only tells them apart.

        What stands there only to say that one of several keys is needed is no shape beside them.
        """
        node = self._resolved(schema)
        own = next(iter(node.get("if", {}).get("required", ())), None) or own
        inner = [
            shape
            for name, part in _inner(node)
            for shape in self._shapes(part, None if name == "else" else own)
        ]
        known = list({id(shape.schema): shape for shape in inner}.values())
        if known:
            return _telling(known)
        needed = node.get("required", ())
        return [_Shape(own or next(iter(needed), ""), node)] if node.get("properties") else []

    def _written(self, key: str, schema: Any) -> str:
        """What may be written, in words, with a link to the keys of a map that has its own."""
        phrases = dict.fromkeys(
            phrase for part in self._parts(schema) for phrase in self._phrases(key, part)
        )
        shapes = self._shapes(schema)
        if shapes:
            phrases[self._link(key, shapes)] = None
        return " or ".join(phrases) or "anything"

    def _phrases(self, key: str, node: Schema) -> Iterator[str]:
        """The ways to write it that this part allows; its maps with keys of their own aside."""
        if "const" in node:
            yield f"`{node['const']}`"
        if "enum" in node:
            words = [value for value in node["enum"] if not isinstance(value, bool)]
            yield ", ".join(f"`{value}`" for value in words)
            return
        told = node.get("type", ())
        kinds = {told} if isinstance(told, str) else set(told)
        if "array" in kinds:
            yield f"list of {self._of(key, node.get('items', {}))}"
        if "object" in kinds and isinstance(node.get("additionalProperties"), Mapping):
            yield f"map of name to {self._of(key, node['additionalProperties'])}"
        plain = frozenset(kinds - {"array", "object"})
        if plain:
            yield _WORDS.get(plain) or " or ".join(_WORDS[frozenset({it})] for it in sorted(plain))

    def _of(self, key: str, schema: Any) -> str:
        written = self._written(key, schema)
        return f"({written})" if " or " in written else written

    def _link(self, key: str, shapes: list[_Shape]) -> str:
        """A link to the section of a map, which is told once."""
        which = tuple(id(shape.schema) for shape in shapes)
        if which not in self.titles:
            alike = sum(title.split(" (")[0] == f"In {key}" for title in self.titles.values())
            title = f"In {key} ({alike + 1})" if alike else f"In {key}"
            self.titles[which] = title
            self.due.append((title, shapes))
        anchor = self.titles[which].lower().replace(" ", "-")
        return f"[map](#{anchor.replace('(', '').replace(')', '')})"


def _telling(shapes: list[_Shape]) -> list[_Shape]:
    """The shapes that are for a key of their own, or say of some key what no other says."""
    told = {id(shape.schema): _sentences(shape) for shape in shapes}
    named = {sentence for shape in shapes if shape.own for sentence in told[id(shape.schema)]}
    return [shape for shape in shapes if shape.own or told[id(shape.schema)] - named]


def _sentences(shape: _Shape) -> set[str]:
    properties = shape.schema["properties"].values()
    return {item["description"] for item in properties if item and "description" in item}


def _inner(node: Schema) -> Iterator[tuple[str, Any]]:
    """The schemas that stand beside each other in one, each with how it stands there."""
    for name in _BRANCHES:
        yield from ((name, part) for part in node.get(name, ()))
    for name in _CONDITIONAL:
        if name in node:
            yield name, node[name]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
