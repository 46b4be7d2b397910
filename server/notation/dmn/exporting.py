"""A decision of ours as a file of DMN 1.3, with its diagram.

Cells of one input become cells, other conditions columns that are true or false. Settings and
computed values are decisions of their own, which the table needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.decision import Decision, Hits, Rule
from server.domain.expression import Expression, paths
from server.domain.expression.tree import (
    Comparison,
    Constant,
    Interval,
    IsNull,
    Membership,
    Node,
    Not,
    Path,
)
from server.domain.expression.walking import conjuncts
from server.domain.values import NUMERIC, YES_NO, Kind, Type
from server.notation.bpmn.markup import Element, document
from server.notation.dmn.picture import picture
from server.notation.dmn.wording import cell, feel, literal

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NAMESPACE = "urn:procedura:decisions"
SPACES: Mapping[str, str] = {
    "xmlns": MODEL,
    "xmlns:dmndi": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    "xmlns:dc": "http://www.omg.org/spec/DMN/20180521/DC/",
    "xmlns:di": "http://www.omg.org/spec/DMN/20180521/DI/",
    "xmlns:procedura": NAMESPACE,
}
POLICIES: Mapping[Hits, tuple[str, str]] = {
    Hits.EXACTLY_ONE: ("UNIQUE", ""),
    Hits.FIRST: ("FIRST", ""),
    Hits.ANY: ("ANY", ""),
    Hits.PRIORITY: ("PRIORITY", ""),
    Hits.ALL: ("RULE ORDER", ""),
    Hits.OUTPUT_ORDER: ("OUTPUT ORDER", ""),
    Hits.COLLECT_SUM: ("COLLECT", "SUM"),
    Hits.COLLECT_MIN: ("COLLECT", "MIN"),
    Hits.COLLECT_MAX: ("COLLECT", "MAX"),
    Hits.COLLECT_COUNT: ("COLLECT", "COUNT"),
}
_TYPES: Mapping[Kind, str] = {
    **dict.fromkeys(NUMERIC, "number"),
    Kind.TEXT: "string",
    Kind.CHOICE: "string",
    Kind.YES_NO: "boolean",
    Kind.DATE: "date",
    Kind.DATE_TIME: "dateTime",
    Kind.DURATION: "dayTimeDuration",
}
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def exported(decision: Decision) -> str:
    """The file of a decision."""
    return document(_Writer(decision).file())


@dataclass(slots=True)
class _Column:
    """What is looked at; `cells` are what it must be, by the number of the rule."""

    text: str
    type: Type
    cells: dict[int, str] = field(default_factory=dict)


class _Writer:
    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        self._optional = decision.optional
        self._items: dict[str, Type] = {}
        self._needs: list[tuple[str, str, str]] = []
        self._types: Mapping[str, Type] = {
            **decision.inputs,
            **{name: item.type for name, item in decision.computed.items() if item.type},
        }

    def file(self) -> Element:
        decision = self._decision
        parts = [
            *(
                self._formula(name, item.type, literal(item.value), item.why)
                for name, item in decision.settings.items()
            ),
            *(self._computed(name, name, item) for name, item in decision.computed.items()),
            *self._main(),
            *(self._input(name, typ) for name, typ in decision.inputs.items()),
        ]
        items = [_item(name, typ) for name, typ in self._items.items()]
        needed = [*decision.settings, *decision.computed]
        shown = picture(
            _identity(decision.key),
            [_identity(name) for name in needed],
            [_identity(name) for name in decision.inputs],
            self._needs,
        )
        named = {
            **SPACES,
            "id": "definitions",
            "name": decision.title,
            "namespace": NAMESPACE,
            "exporter": "Procedura",
        }
        return Element("definitions", named, (*items, *parts, shown))

    def _reference(self, name: str, typ: Type) -> str:
        """The name of a type; one of its own, where it lists values or is a list."""
        if typ.kind in {Kind.CHOICE, Kind.LIST}:
            key = f"t_{name}"
            self._items[key] = typ
            return key
        return _TYPES.get(typ.kind, "Any")

    # -- the parts ----------------------------------------------------------------------------

    def _variable(self, name: str, typ: Type | None, identity: str = "") -> Element:
        key = identity or f"v_{name}"
        reference = "Any" if typ is None else self._reference(name.replace(" ", "_"), typ)
        return Element("variable", {"id": key, "name": name, "typeRef": reference})

    def _input(self, name: str, typ: Type) -> Element:
        named = {"id": _identity(name), "name": name}
        if name in self._optional:
            named["procedura:optional"] = "true"
        return Element("inputData", named, (self._variable(name, typ),))

    def _formula(
        self, name: str, typ: Type, text: str, why: str = "", needs: Sequence[str] = ()
    ) -> Element:
        parts = [
            *_described(why),
            self._variable(name, typ),
            *self._requirements(name, needs),
            Element("literalExpression", {"id": f"l_{name}"}, (_text(text),)),
        ]
        return Element("decision", {"id": _identity(name), "name": name}, tuple(parts))

    def _computed(self, name: str, output: str, item: Expression) -> Element:
        typ = self._decision.outputs.get(output) or item.type
        assert typ is not None, "only checked decisions are written"
        return self._formula(name, typ, feel(item.tree, self._optional), needs=_read([item]))

    def _main(self) -> Iterator[Element]:
        decision = self._decision
        derived = decision.derived
        said = [name for name in decision.outputs if name not in derived]
        if said:
            yield self._whole(said, self._table(said))
        elif len(derived) > 1:
            yield self._whole([], self._context())
        else:
            [(name, item)] = derived.items()
            text = _text(feel(item.tree, self._optional))
            yield self._whole([name], Element("literalExpression", {"id": "logic"}, (text,)))
        if said:
            for name, item in derived.items():
                yield self._computed(f"{decision.key.replace('-', '_')}_{name}", name, item)

    def _whole(self, said: Sequence[str], logic: Element) -> Element:
        """The decision that bears our key. Its name is the key with blanks: names have no hyphens."""
        decision = self._decision
        name = decision.key.replace("-", " ")
        conditions = [rule.condition for rule in decision.rules if rule.condition is not None]
        read = _read(conditions if decision.rules else [*decision.derived.values()])
        needs = list(dict.fromkeys([*decision.settings, *decision.computed, *read]))
        typ = decision.says[said[0]] if len(said) == 1 else None
        parts = [
            *_described(" ".join(f"Assumes {item.text}." for item in decision.assuming)),
            Element("question", text=decision.title),
            self._variable(name, typ, f"v_{decision.key}"),
            *self._requirements(decision.key, needs),
            logic,
        ]
        return Element("decision", {"id": _identity(decision.key), "name": name}, tuple(parts))

    def _context(self) -> Element:
        entries = []
        for name, item in self._decision.derived.items():
            text = _text(feel(item.tree, self._optional))
            variable = self._variable(name, self._decision.outputs[name], f"v_o_{name}")
            logic = Element("literalExpression", {"id": f"l_o_{name}"}, (text,))
            entries.append(Element("contextEntry", {"id": f"x_{name}"}, (variable, logic)))
        return Element("context", {"id": "logic"}, tuple(entries))

    def _requirements(self, name: str, needs: Sequence[str]) -> Iterator[Element]:
        for need in needs:
            kind = "requiredInput" if need in self._decision.inputs else "requiredDecision"
            reference = Element(kind, {"href": f"#{_identity(need)}"})
            identity = f"q_{name}_{need}"
            self._needs.append((identity, _identity(name), _identity(need)))
            yield Element("informationRequirement", {"id": identity}, (reference,))

    # -- the table ----------------------------------------------------------------------------

    def _table(self, said: Sequence[str]) -> Element:
        decision = self._decision
        columns: dict[str, _Column] = {}
        rules = [rule for rule in decision.rules if rule.condition is not None]
        for number, rule in enumerate(rules):
            self._place(columns, number, rule)
        default = next((rule for rule in decision.rules if rule.condition is None), None)
        policy, aggregation = POLICIES[decision.hits]
        named = {"id": "logic", "hitPolicy": policy}
        if aggregation:
            named["aggregation"] = aggregation
        placed = list(columns.values())
        parts = [
            *(_input_column(number, column) for number, column in enumerate(placed)),
            *(self._output(name, default) for name in said),
            *(_row(number, rule, placed, said) for number, rule in enumerate(rules)),
        ]
        return Element("decisionTable", named, tuple(parts))

    def _place(self, columns: dict[str, _Column], number: int, rule: Rule) -> None:
        """The conditions of a rule, each in its column."""
        assert rule.condition is not None
        for node in conjuncts(rule.condition.tree):
            if isinstance(node, Constant) and node.value is True:
                continue
            name, cell = self._cell(node)
            if not name or (name in columns and number in columns[name].cells):
                name, cell = feel(node, self._optional), "true"
            typ = self._types.get(name, YES_NO)
            columns.setdefault(name, _Column(name, typ)).cells[number] = cell

    def _cell(self, node: Node) -> tuple[str, str]:
        """The column and the cell of a condition on one input; empty where it is none such."""
        name, cell = self._tested(node)
        return (name, cell) if name in self._types and cell else ("", "")

    def _tested(self, node: Node) -> tuple[str, str]:
        match node:
            case Path(parts=(name,)):
                return name, "true"
            case Not(operand=Path(parts=(name,))):
                return name, "false"
            case IsNull(operand=Path(parts=(name,)), negated=negated):
                return name, "not(null)" if negated else "null"
            case Comparison(operator=sign, left=Path(parts=(name,)), right=Constant() as right):
                return name, self._compared(name, sign, right)
            case Comparison(operator=sign, left=Constant() as left, right=Path(parts=(name,))):
                return name, self._compared(name, MIRRORED.get(sign, sign), left)
            case Membership(operand=Path(parts=(name,)), items=items):
                return name, _tests(items)
            case Not(operand=Membership(operand=Path(parts=(name,)), items=items)):
                tests = _tests(items)
                return name, f"not({tests})" if tests and self._is_sure(name) else ""
            case Not(operand=Comparison(operator="=", left=Path(parts=(name,)), right=right)):
                is_constant = isinstance(right, Constant) and self._is_sure(name)
                return name, f"not({feel(right, ())})" if is_constant else ""
            case _:
                return "", ""

    def _is_sure(self, name: str) -> bool:
        """Whether it is never null: of null, FEEL's `not` in a cell is told in more ways than one."""
        return name in self._decision.inputs and name not in self._optional

    def _compared(self, name: str, sign: str, constant: Constant) -> str:
        text = literal(constant.value)
        if sign == "=":
            return text
        if sign == "!=":
            return f"not({text})" if self._is_sure(name) else ""
        return f"{sign} {text}"

    def _output(self, name: str, default: Rule | None) -> Element:
        typ = self._decision.outputs[name]
        parts = [*_values(typ, "outputValues")]
        if default is not None:
            text = _text(literal(default.then.get(name)))
            parts.append(Element("defaultOutputEntry", {"id": f"d_{name}"}, (text,)))
        named = {"id": f"o_{name}", "name": name, "typeRef": _TYPES.get(typ.kind, "Any")}
        return Element("output", named, tuple(parts))


def _item(name: str, typ: Type) -> Element:
    inner = typ.item if typ.kind is Kind.LIST and typ.item is not None else typ
    named = {"id": name, "name": name}
    if typ.kind is Kind.LIST:
        named["isCollection"] = "true"
    base = Element("typeRef", text=_TYPES.get(inner.kind, "Any"))
    return Element("itemDefinition", named, (base, *_values(inner, "allowedValues")))


def _read(expressions: Sequence[Expression]) -> list[str]:
    """The inputs, settings and computed values that these read."""
    return list(dict.fromkeys(path.parts[0] for item in expressions for path in paths(item)))


def _described(text: str) -> Iterator[Element]:
    if text:
        yield Element("description", text=text)


def _input_column(number: int, column: _Column) -> Element:
    reference = {"id": f"e{number}", "typeRef": _TYPES.get(column.type.kind, "Any")}
    expression = Element("inputExpression", reference, (_text(column.text),))
    parts = (expression, *_values(column.type, "inputValues"))
    return Element("input", {"id": f"c{number}", "label": column.text}, parts)


def _row(number: int, rule: Rule, columns: Sequence[_Column], said: Sequence[str]) -> Element:
    cells = [
        Element(
            "inputEntry", {"id": f"r{number}_c{place}"}, (_text(column.cells.get(number, "-")),)
        )
        for place, column in enumerate(columns)
    ]
    outputs = [
        Element("outputEntry", {"id": f"r{number}_{name}"}, (_text(literal(rule.then.get(name))),))
        for name in said
    ]
    named = {"id": f"r{number}", "label": rule.key}
    return Element("rule", named, (*_described(rule.because), *cells, *outputs))


def _identity(name: str) -> str:
    """An XML id: of a decision by its key with hyphens, of what it needs by a name without."""
    return f"_{name}"


def _text(text: str) -> Element:
    return Element("text", text=text)


def _values(typ: Type, tag: str) -> Iterator[Element]:
    if typ.kind is Kind.CHOICE:
        text = _text(", ".join(literal(value) for value in typ.choices))
        yield Element(tag, {}, (text,))


def _tests(items: Sequence[Node]) -> str:
    """The items as a cell; empty where they are more than constants."""
    ends = [part for item in items for part in _ends(item)]
    if not all(isinstance(part, Constant) for part in ends):
        return ""
    return ", ".join(cell(item) for item in items)


def _ends(item: Node) -> tuple[Node, ...]:
    if isinstance(item, Interval):
        return tuple(bound for _, bound in item.bounds)
    return (item,)
