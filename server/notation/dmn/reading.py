"""From the XML of DMN 1.2 to 1.5 to a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from server.domain.values import Kind
from server.notation.dmn import elements, feel
from server.notation.dmn.elements import Element, UnreadableError
from server.notation.dmn.model import (
    Column,
    Context,
    Decision,
    Formula,
    Invocation,
    Item,
    Knowledge,
    Logic,
    Model,
    Output,
    Required,
    Row,
    Table,
)

VERSIONS: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
KINDS: Mapping[str, Kind | None] = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "boolean": Kind.YES_NO,
    "date": Kind.DATE,
    "dateTime": Kind.DATE_TIME,
    "date and time": Kind.DATE_TIME,
    "dayTimeDuration": Kind.DURATION,
    "days and time duration": Kind.DURATION,
    "Any": None,
    "": None,
}
"""The kinds of FEEL's types. Times of day, and months and years, are none of ours."""
LOGIC = ("decisionTable", "literalExpression", "context", "invocation")
_FORMS = {
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
}
_NAMED = frozenset(
    {"inputData", "decision", "businessKnowledgeModel", "variable", "itemComponent"}
    | {"formalParameter", "parameter"}
)
"""What expressions can call by name."""
DEEPEST = 20


def read(text: str) -> Model:
    """The model of a file.

    Raises:
        UnreadableError: it is no DMN of these versions, or uses what cannot be carried.
    """
    root = elements.parse(text)
    if root.name != "definitions" or root.namespace not in VERSIONS:
        raise UnreadableError("This is no file of DMN 1.2, 1.3, 1.4 or 1.5.", root.line)
    return _Reading(root).model()


class _Reading:
    def __init__(self, root: Element) -> None:
        self._root = root
        self._by_id = {item.attributes.get("id", ""): item for item in root.children}
        self._items = {_name(item): item for item in root.all("itemDefinition")}
        self._names = frozenset(_names(root)) - {"true", "false", "null", "not"}

    def model(self) -> Model:
        decisions = [self._decision(item) for item in self._root.all("decision")]
        knowledge = [self._knowledge(item) for item in self._root.all("businessKnowledgeModel")]
        if not decisions:
            raise UnreadableError("There is no decision in this file.", self._root.line)
        return Model(
            {item.name: item for item in decisions}, {item.name: item for item in knowledge}
        )

    def _decision(self, element: Element) -> Decision:
        variable = element.first("variable")
        item = self._typed(variable)
        return Decision(
            _name(element),
            element.words("question") or _name(element),
            item,
            tuple(self._requirements(element)),
            self._logic(element, item),
            element.line,
        )

    def _requirements(self, element: Element) -> Iterator[Required]:
        for requirement in element.all("informationRequirement"):
            for reference in requirement.all("requiredInput", "requiredDecision"):
                found = self._referred(reference)
                is_decision = found.name == "decision"
                item = self._typed(found.first("variable"))
                is_optional = found.attributes.get("optional") == "true"
                yield Required(_name(found), item, is_decision, is_optional)

    def _referred(self, reference: Element) -> Element:
        identity = reference.attributes.get("href", "").rpartition("#")[2]
        found = self._by_id.get(identity)
        if found is None:
            raise UnreadableError(
                f"What has the id '{identity}' is not in this file; other files are not read.",
                reference.line,
            )
        return found

    def _knowledge(self, element: Element) -> Knowledge:
        function = element.first("encapsulatedLogic")
        if function is None or function.attributes.get("kind", "FEEL") != "FEEL":
            raise UnreadableError(
                f"The function '{_name(element)}' is not written in FEEL.", element.line
            )
        parameters = tuple(
            (_name(item), self._type(item.attributes.get("typeRef", ""), item.line))
            for item in function.all("formalParameter")
        )
        return Knowledge(_name(element), parameters, self._logic(function, Item()))

    # -- logic --------------------------------------------------------------------------------

    def _logic(self, element: Element, item: Item) -> Logic:
        found = element.first(*LOGIC)
        if found is None:
            other = next((child.name for child in element.children if child.name in _FORMS), "")
            what = f"is written as '{other}'" if other else "has no logic"
            raise UnreadableError(
                f"'{_name(element)}' {what}; tables, expressions, contexts and calls are read.",
                element.line,
            )
        match found.name:
            case "decisionTable":
                return self._table(found, item)
            case "literalExpression":
                return Formula(self._expression(found), found.line)
            case "context":
                return self._context(found)
            case _:
                return self._invocation(found)

    def _expression(self, element: Element) -> feel.Feel:
        language = element.attributes.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            raise UnreadableError(f"The language '{language}' is not known here.", element.line)
        return feel.expression(element.words("text"), self._names, element.line)

    def _context(self, element: Element) -> Context:
        entries: list[tuple[str, Item, Logic]] = []
        result: Logic | None = None
        for entry in element.all("contextEntry"):
            variable = entry.first("variable")
            if variable is None:
                result = self._logic(entry, Item())
                continue
            item = self._typed(variable)
            entries.append((_name(variable), item, self._logic(entry, item)))
        return Context(tuple(entries), result, element.line)

    def _invocation(self, element: Element) -> Invocation:
        bindings = {}
        for binding in element.all("binding"):
            parameter = binding.first("parameter")
            if parameter is not None:
                bindings[_name(parameter)] = self._logic(binding, Item())
        called = element.first("literalExpression")
        function = "" if called is None else called.words("text")
        return Invocation(function, bindings, element.line)

    # -- tables -------------------------------------------------------------------------------

    def _table(self, element: Element, item: Item) -> Table:
        aggregation = element.attributes.get("aggregation", "")
        policy = f"{element.attributes.get('hitPolicy', 'UNIQUE')} {aggregation}".strip()
        return Table(
            policy,
            tuple(self._column(column) for column in element.all("input")),
            tuple(self._output(output, element, item) for output in element.all("output")),
            tuple(self._row(row) for row in element.all("rule")),
            element.line,
        )

    def _column(self, element: Element) -> Column:
        expression = element.first("inputExpression")
        if expression is None:
            raise UnreadableError("An input of this table has no expression.", element.line)
        item = self._type(expression.attributes.get("typeRef", ""), expression.line)
        return Column(self._expression(expression), self._limited(item, element, "inputValues"))

    def _output(self, element: Element, table: Element, item: Item) -> Output:
        name = _name(element)
        written = element.attributes.get("typeRef", "")
        if written:
            found = self._type(written, element.line)
        else:
            found = item.members.get(name, Item()) if name and item.members else item
        if not found.values and item.members and name in item.members:
            found = replace(found, values=item.members[name].values)
        default = element.first("defaultOutputEntry")
        several = len(list(table.all("output"))) > 1
        return Output(
            name if several else name or "",
            replace(self._limited(found, element, "outputValues"), is_list=False),
            None if default is None else self._expression(default),
        )

    def _row(self, element: Element) -> Row:
        return Row(
            element.attributes.get("label", ""),
            element.words("description") or " ".join(_annotations(element)),
            tuple(
                feel.cell(entry.words("text"), self._names, entry.line)
                for entry in element.all("inputEntry")
            ),
            tuple(self._expression(entry) for entry in element.all("outputEntry")),
            element.line,
        )

    # -- types --------------------------------------------------------------------------------

    def _typed(self, variable: Element | None) -> Item:
        if variable is None:
            return Item()
        return self._type(variable.attributes.get("typeRef", ""), variable.line)

    def _type(self, reference: str, line: int, depth: int = 0) -> Item:
        """The type of this name, with a prefix or without."""
        name = reference.strip()
        if name not in self._items and ":" in name:
            name = name.rpartition(":")[2]
        if name.startswith("feel."):
            name = name.removeprefix("feel.")
        if name in self._items and depth < DEEPEST:
            return self._defined(self._items[name], depth + 1)
        if name not in KINDS:
            raise UnreadableError(f"The type '{reference}' cannot be carried.", line)
        return Item(KINDS[name])

    def _defined(self, element: Element, depth: int) -> Item:
        components = list(element.all("itemComponent"))
        is_list = element.attributes.get("isCollection") == "true"
        if components:
            members = {_name(item): self._defined(item, depth) for item in components}
            return Item(members=members, is_list=is_list)
        found = self._type(element.words("typeRef"), element.line, depth)
        limited = self._limited(found, element, "allowedValues", "typeConstraint")
        return replace(limited, is_list=is_list or found.is_list)

    def _limited(self, item: Item, element: Element, *names: str) -> Item:
        """The type with the values that are listed; ranges of values are let go."""
        listed = element.first(*names)
        if listed is None:
            return item
        tests = feel.cell(listed.words("text"), self._names, listed.line)
        values = [test.value for test in tests.tests if isinstance(test, feel.Literal)]
        if tests.is_negated or len(values) != len(tests.tests):
            return item
        return replace(item, values=tuple(value for value in values if value is not None))


def _name(element: Element) -> str:
    return " ".join(element.attributes.get("name", "").split())


def _names(element: Element) -> Iterator[str]:
    """Every name in the file that may stand in an expression."""
    waiting = [element]
    while waiting:
        item = waiting.pop()
        name = _name(item)
        if name and item.name in _NAMED:
            yield name
        waiting.extend(item.children)


def _annotations(element: Element) -> Iterator[str]:
    for entry in element.all("annotationEntry"):
        text = entry.words("text")
        if text:
            yield text
