"""A notification of its file, its templates read as far as the names in them go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError
from jinja2 import nodes as template
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from server.domain.expression import Problem, parse, resolve
from server.domain.expression.spelling import did_you_mean
from server.domain.notification import Notification, Recipient
from server.domain.values import Kind, Type
from server.loading.desk import Desk, Scope, words
from server.loading.diagnostics import Mark
from server.loading.faults import sense as faults

NUMBER = "number"
"""What templates may say of every record, besides its fields."""

_TEMPLATES = ImmutableSandboxedEnvironment()


def build_notification(desk: Desk) -> Notification | None:
    data = desk.data
    about = data["about"]
    scope = Scope({about: Type(Kind.REF, entity=about)})
    desk.refer("entity", about, "about")
    if about not in desk.manuscript.entities:
        return None
    recipients = []
    for index, raw in enumerate(data["to"]):
        if "role" in raw:
            desk.refer("role", raw["role"], "to", index, "role")
        of = desk.record(raw["of"], scope, "to", index, "of", many=True) if "of" in raw else None
        recipients.append(Recipient(raw.get("role"), of))
    for key in ("subject", "text"):
        _read_template(desk, key, scope)
    return Notification(
        data["notification"],
        words(data, "title"),
        about,
        tuple(recipients),
        data["subject"],
        data["text"],
    )


def _read_template(desk: Desk, key: str, scope: Scope) -> None:
    """Tell of names and fields that are not there; filling in a template would leave them empty."""
    text: str = desk.data[key]
    try:
        tree = _TEMPLATES.parse(text)
        _TEMPLATES.compile(text)
    except TemplateSyntaxError as error:
        mark = _mark(desk, key, error.lineno, "")
        desk.say(
            faults.no_template(mark, f"This is no template: {str(error.message).rstrip('.')}.")
        )
        return
    except TemplateError as error:
        desk.say(faults.no_template(_mark(desk, key, 1, ""), f"This is no template: {error}."))
        return
    for name in sorted(find_undeclared_variables(tree) - scope.names.keys()):
        line = next(node.lineno for node in tree.find_all(template.Name) if node.name == name)
        sentence = f"Nothing is called '{name}' here."
        hint = did_you_mean(name, scope.names)
        desk.say(faults.no_template(_mark(desk, key, line, name), sentence, hint))
    if desk.manuscript.has_all_entities:
        for dotted, line in _paths(tree):
            _read_path(desk, key, scope, dotted, line)


def _read_path(desk: Desk, key: str, scope: Scope, dotted: str, line: int) -> None:
    root = dotted.partition(".")[0]
    read = dotted.removesuffix(f".{NUMBER}")
    found = parse(read)
    if root not in scope.names or isinstance(found, Problem):
        return
    resolved = resolve(found, scope.names, desk.manuscript.entities)
    if isinstance(resolved, tuple):
        problem = resolved[0]
        mark = _mark(desk, key, line, dotted, problem.start)
        desk.say(faults.no_template(mark, problem.message, problem.hint))


def _paths(tree: template.Template) -> Iterator[tuple[str, int]]:
    """Every `name.field.field` of the template, the longest of each, with its line."""
    inner = {id(node.node) for node in tree.find_all(template.Getattr)}
    for node in tree.find_all(template.Getattr):
        if id(node) in inner:
            continue
        parts: list[str] = []
        step: Any = node
        while isinstance(step, template.Getattr):
            parts.append(step.attr)
            step = step.node
        if isinstance(step, template.Name):
            yield ".".join([step.name, *reversed(parts)]), node.lineno


def _mark(desk: Desk, key: str, line: int, dotted: str, offset: int = 0) -> Mark:
    """Where the line of the template stands, at the name if it is found there."""
    lines: list[str] = desk.data[key].split("\n")
    start = sum(len(text) + 1 for text in lines[: line - 1])
    column = lines[line - 1].find(dotted) if dotted and line <= len(lines) else 0
    return desk.source.inside((key,), start + max(column, 0) + offset)
