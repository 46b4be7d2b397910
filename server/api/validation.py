"""Reads a request's JSON and holds it against the schema that OpenAPI shows for it.

What JSON itself leaves open is settled here: no NaN, no number that a database cannot keep, no key
twice, no character that no database keeps, no nesting without end.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from server.api.refusals import NotJson
from server.api.schemas import FORMATS, LARGEST_ID, Schema
from server.domain.refusals import Invalid, Malformed
from server.domain.values import NUMBER_LIMIT

DEEPEST = 40
_DIGITS = len(str(LARGEST_ID))
_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")
_CONTAINERS = frozenset({"values", "answers", "inputs"})
_SHOWN = 60


class Checked:
    """A schema, ready to be held against what is sent. `components` are those it refers to."""

    def __init__(self, schema: Schema, components: Mapping[str, Schema]) -> None:
        self._components = components
        self._schema = schema
        self._validator = self._of(schema)

    def hold(self, instance: Any, *, whole: str = "body") -> None:
        """Refuse what does not fit, with a sentence for each place.

        Raises:
            Invalid: `problems` maps the name of a field to what is wrong with it.
        """
        problems: dict[str, str] = {}
        for error in self._branch(instance).iter_errors(instance):
            for place, sentence in _told(error):
                problems.setdefault(_field(place) or whole, sentence)
        if problems:
            count = len(problems)
            raise Invalid(
                f"{count} value{'s do' if count > 1 else ' does'} not fit.",
                problems,
                hint="The schema of each request is in /api/v1/openapi.json.",
            )

    def _branch(self, instance: Any) -> Draft202012Validator:
        """The one alternative that `discriminator` chooses, for sentences that fit."""
        name = self._schema.get("discriminator", {}).get("propertyName")
        if name and isinstance(instance, dict):
            for choice in self._schema["oneOf"]:
                if choice["properties"][name].get("const") == instance.get(name):
                    return self._of(choice)
            known = [choice["properties"][name]["const"] for choice in self._schema["oneOf"]]
            return self._of({"properties": {name: {"enum": known}}, "required": [name]})
        return self._validator

    def _of(self, schema: Schema) -> Draft202012Validator:
        whole = {"components": {"schemas": dict(self._components)}, **schema}
        return Draft202012Validator(whole, format_checker=FORMATS)


def body() -> Any:
    """The JSON of the request; an empty object where nothing was sent.

    Raises:
        NotJson: something else was sent.
        Malformed: it is no JSON, or JSON that nothing can be done with.
    """
    raw = request.get_data(cache=False)
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise NotJson(
            f"The body is sent as '{request.mimetype or 'nothing named'}'; only JSON is read.",
            hint="Send it with Content-Type: application/json.",
        )
    return parsed(raw)


def parsed(raw: bytes) -> Any:
    """What the bytes say as JSON.

    Raises:
        Malformed: they are no JSON, or JSON that nothing can be done with.
    """
    try:
        found = json.loads(
            raw.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_unrepeated,
        )
    except RecursionError as error:
        raise _too_deep() from error
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8.", hint="Send JSON in UTF-8.") from error
    except ValueError as error:
        raise Malformed(f"The body is no JSON: {error}.", hint="Send one JSON value.") from error
    _walk(found)
    return found


def _walk(value: Any) -> None:
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(item, str) and _UNKEPT.search(item):
            raise Malformed(
                "A text holds a character that no database keeps (NUL or half a pair).",
                hint="Leave that character out.",
            )
        if isinstance(item, dict):
            waiting += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, list):
            waiting += [(part, depth + 1) for part in item]


def _too_deep() -> Malformed:
    return Malformed(f"The body is nested more than {DEEPEST} deep.", hint="Send a flatter value.")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> int | float:
    """A number; a whole one as such, for JSON Schema takes 1.0 for an integer."""
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"{text[:_SHOWN]} is beyond all numbers kept")
    return int(number) if number.is_integer() and abs(number) < NUMBER_LIMIT else number


def _whole(text: str) -> int:
    if len(text) > _DIGITS + 1 or abs(int(text)) > LARGEST_ID:
        raise ValueError(f"{text[:_SHOWN]} is beyond all numbers kept")
    return int(text)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key '{twice[:_SHOWN]}' stands twice in one object")
    return found


# -- sentences --------------------------------------------------------------------------------

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _field(place: tuple[str, ...]) -> str:
    """How a problem is named: by its field, without the object that holds all fields."""
    return ".".join(place[1:] if place and place[0] in _CONTAINERS and place[1:] else place)


def _told(error: ValidationError) -> Iterator[tuple[tuple[str, ...], str]]:
    place = tuple(str(part) for part in error.absolute_path)
    limit: Any = error.validator_value
    schema: Any = error.schema
    found: Any = error.instance
    match error.validator:
        case "required":
            for key in limit:
                if key not in found:
                    choices = schema.get("properties", {}).get(key, {}).get("enum", ())
                    among = f" One of {', '.join(map(str, choices))}." if choices else ""
                    yield (*place, key), f"This is needed.{among}"
        case "additionalProperties":
            known = schema.get("properties", {})
            for key in found:
                if key not in known:
                    yield (*place, str(key)), _unknown(str(key), list(known))
        case "anyOf" if closer := _closer(error):
            yield from _told(closer)
        case _:
            yield place, _sentence(str(error.validator), limit, schema, _shown(found))


def _closer(error: ValidationError) -> ValidationError | None:
    """What is wrong with the one alternative that takes values of this type."""
    return next((item for item in error.context or () if item.validator != "type"), None)


def _sentence(keyword: str, limit: Any, schema: Any, shown: str) -> str:
    described = schema.get("description", "") if isinstance(schema, Mapping) else ""
    match keyword:
        case "type":
            kinds = limit if isinstance(limit, list) else [limit]
            expected = " or ".join(_KINDS[kind] for kind in kinds)
            return f"{shown} is not {expected}.{f' {described}.' if described else ''}"
        case "enum":
            return f"{shown} is not one of {', '.join(str(item) for item in limit)}."
        case "const":
            return f"{shown} is not {limit}."
        case "maxLength":
            return f"The text is longer than {limit} characters."
        case "minLength":
            return "The text is empty." if limit == 1 else f"The text is shorter than {limit}."
        case "minimum":
            return f"{shown} is less than {limit}."
        case "maximum":
            return f"{shown} is more than {limit}."
        case "format":
            kind = "a date such as 2026-11-24" if limit == "date" else "a moment with its offset"
            example = "" if limit == "date" else ", such as 2026-11-24T16:30:00Z"
            return f"{shown} is not {kind}{example}."
        case "minProperties" | "minItems":
            return "Something must be given." if limit == 1 else f"At least {limit} are needed."
        case "maxProperties" | "maxItems":
            return f"More than {limit} are not taken."
        case _:
            return f"{shown} does not fit.{f' {described}.' if described else ''}"


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"Nothing called '{key[:_SHOWN]}' is taken here." + (
        f" Did you mean '{close[0]}'?" if close else ""
    )


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
