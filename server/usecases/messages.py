"""What a message of a monitoring tool says, read as a correlation tells. Nothing here is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.correlation import Correlation, Finding, Reading
from server.domain.entity import Entity
from server.domain.refusals import Invalid, Malformed, TooLarge
from server.domain.values import Kind, Type, Value, from_json

MOST_MESSAGES = 1000
"""Messages that one delivery may hold."""
LARGEST_MESSAGE = 65_536
"""Characters of one message, as JSON."""
IDENTITY_LENGTH = 500
_PROBLEMS_SHOWN = 20


def messages(correlation: Correlation, payload: Any) -> tuple[tuple[str, Any], ...]:
    """The messages of a delivery, each after its identity.

    Raises:
        Malformed: there is no list of messages where the correlation says.
        TooLarge: there are too many of them, or one is too large.
        Invalid: one of them does not say whose it is.
    """
    found = _items(correlation, payload)
    if len(found) > MOST_MESSAGES:
        raise TooLarge(
            f"A delivery holds at most {MOST_MESSAGES} messages; this one has {len(found)}.",
            hint="Deliver them in smaller groups.",
        )
    problems: dict[str, str] = {}
    read: list[tuple[str, Any]] = []
    for number, item in enumerate(found):
        place = f"{correlation.items}[{number}]" if correlation.items else "message"
        missing = _missing(correlation, item)
        problems |= {f"{place}.{path}" if path else place: told for path, told in missing.items()}
        if not missing:
            read.append((identity(correlation, item), item))
        if len(json.dumps(item)) > LARGEST_MESSAGE:
            raise TooLarge(
                f"The message at {place} has more than {LARGEST_MESSAGE} characters.",
                hint="Have the tool send a shorter description.",
            )
    if problems:
        shown = dict(list(problems.items())[:_PROBLEMS_SHOWN])
        raise Invalid(
            "Some messages do not say what they are about; none was taken.",
            shown,
            hint=f"'{correlation.title}' knows messages by {', '.join(correlation.identity)}.",
        )
    return tuple(read)


def identity(correlation: Correlation, item: Any) -> str:
    """What makes two messages the same; the same text for the same values, whatever they hold."""
    text = json.dumps(marks(correlation, item))
    if len(text) <= IDENTITY_LENGTH:
        return text
    return hashlib.sha256(text.encode()).hexdigest()


def says_end(correlation: Correlation, item: Any) -> bool:
    """Whether the message notes the end of what an earlier one began."""
    path = correlation.resolved
    return bool(path) and read(item, path) == correlation.resolved_value


def values(correlation: Correlation, entity: Entity, item: Any) -> dict[str, Value]:
    """The fields of the record that a message becomes; texts are cut to what a field holds.

    Raises:
        Invalid: something read is no value of its field.
    """
    found: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for key, reading in correlation.fields.items():
        text = _translated(reading, item)
        if text is None:
            continue
        try:
            found[key] = _value(entity.fields[key].type, text)
        except ValueError as error:
            problems[key] = str(error)
    if problems:
        raise Invalid(
            f"The message does not fit {entity.title}: {' '.join(problems.values())}",
            problems,
            hint=f"Let '{correlation.key}' translate it with `values` or `otherwise`.",
        )
    return found


def all_read(correlation: Correlation, entity: Entity, item: Any) -> dict[str, Value]:
    """The fields that a message fills, and of links the text that their record is looked for by.

    Raises:
        Invalid: something read is no value of its field.
    """
    links = {key: sought(finding, item) for key, finding in correlation.links.items()}
    return {**values(correlation, entity, item), **links}


def marks(correlation: Correlation, item: Any) -> tuple[str | None, ...]:
    """What stands at the places of the identity."""
    return tuple(read(item, path) for path in correlation.identity)


def sought(finding: Finding, item: Any) -> str | None:
    """What the record of a link is looked for by; None when the message does not say."""
    text = _first(finding.paths, item)
    if text is not None and finding.before:
        text = text.partition(finding.before)[0]
    return text or None


def read(item: Any, path: str) -> str | None:
    """The text at a dotted path; None when nothing, or nothing that is one value, is there."""
    value = item
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return value or None if isinstance(value, str) else None


def _items(correlation: Correlation, payload: Any) -> Sequence[Any]:
    if not correlation.items:
        return [payload]
    found = payload
    for part in correlation.items.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if not isinstance(found, list):
        raise Malformed(
            f"There is no list of messages at '{correlation.items}'.",
            hint=f"'{correlation.title}' takes an object with such a list.",
        )
    return found


def _missing(correlation: Correlation, item: Any) -> dict[str, str]:
    if not isinstance(item, Mapping):
        return {"": "A message is an object."}
    return {
        path: "This is needed to recognise the message."
        for path in correlation.identity
        if read(item, path) is None
    }


def _translated(reading: Reading, item: Any) -> str | None:
    text = _first(reading.paths, item)
    if reading.values and text is not None:
        text = reading.values.get(text)
    return reading.otherwise if text is None else text


def _first(paths: Sequence[str], item: Any) -> str | None:
    return next((text for path in paths if (text := read(item, path)) is not None), None)


def _value(typ: Type, text: str) -> Value:
    if typ.kind is Kind.TEXT and typ.at_most is not None:
        longest = int(typ.at_most)
        text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return from_json(typ, text)
