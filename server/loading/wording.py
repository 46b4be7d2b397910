"""How sentences about a definition's shape call values, places and what the schema wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.domain.expression.spelling import did_you_mean
from server.loading.marked import Path

Error = Any
"""A `jsonschema.ValidationError`; its parts are typed as if they could all be missing."""
SHOWN = 40
"""Characters of the author's text that a sentence repeats."""

TYPES: Mapping[str, str] = {
    "string": "text",
    "object": "a map of keys to values",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def place(path: Path) -> str:
    """What a sentence calls the value at a path: its key, or its place in a list."""
    if not path:
        return "The file"
    if isinstance(path[-1], int):
        names = [part for part in path if isinstance(part, str)]
        return f"Item {path[-1] + 1} of '{names[-1]}'" if names else f"Item {path[-1] + 1}"
    return f"'{path[-1]}'"


def found(value: Any) -> str:
    """What stands there, in a sentence."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a map of keys to values"
        case list():
            return "a list"
        case str():
            return f"the text '{cut(value)}'"
        case _:
            return f"the number {value}"


def quotes(value: Any, expected: Sequence[str]) -> str:
    """The hint that a number or truth in the place of a text wants quotes."""
    scalar = isinstance(value, bool | int | Decimal)
    return "Put it in quotes if it is meant as text." if scalar and "text" in expected else ""


def cut(value: Any) -> str:
    """The author's own words, as many as a sentence bears."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def kind_of(branch: Mapping[str, Any]) -> str:
    """What one of several schemas wants."""
    if "const" in branch:
        return f"the word {branch['const']}"
    return " or ".join(TYPES[name] for name in several(branch["type"]))


def several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def choices(error: Error) -> str:
    """The hint with what can stand there instead."""
    values = error.validator_value if error.validator == "enum" else [error.validator_value]
    words = [str(value) for value in values if not isinstance(value, bool)]
    meant = did_you_mean(str(error.instance), words)
    return meant if meant.startswith("Did") else f"It can be: {', '.join(words)}."


def pattern(error: Error) -> str:
    """How such texts are written."""
    return str(error.schema.get("patternErrorMessage", "it otherwise"))


def amount(error: Error) -> str:
    """What is too long, too short, too large or too small about it."""
    limit = error.validator_value
    match error.validator:
        case "maxLength":
            return f"has {len(error.instance)} characters; at most {limit} are possible"
        case "minLength":
            return "is empty"
        case "minItems" | "minProperties":
            return "is empty" if limit == 1 else f"has fewer than {limit} entries"
        case "minimum":
            return f"is {error.instance}; the least is {limit}"
        case "maximum":
            return f"is {error.instance}; the most is {limit}"
        case other:
            return f"does not fit ({other})"
