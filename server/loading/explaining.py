"""What each code of a diagnostic means, out of the docstring of what finds it."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType

from server.loading.checks import CHECKS
from server.loading.faults import (
    calendar,
    correlation,
    decision,
    folder,
    kpi,
    scenario,
    sense,
    shape,
    table,
    target,
    text,
)

FAULTS: tuple[ModuleType, ...] = (
    text,
    shape,
    folder,
    sense,
    decision,
    table,
    calendar,
    correlation,
    kpi,
    target,
    scenario,
)
RIGHT = "Right:"
"""The line of a documentation after which it shows how it should be."""
_TITLE = re.compile(r"(?P<code>[A-Z]{3}\d{3}) (?P<name>[a-z0-9-]+): ")


def explanations() -> Mapping[str, str]:
    """The documentation of every code, in the order of the codes."""
    found: dict[str, str] = {}
    for documentation in _documentations():
        title = _TITLE.match(documentation)
        if title is not None:
            found[title["code"]] = documentation
    return dict(sorted(found.items()))


def examples(documentation: str) -> tuple[str, ...]:
    """The YAML in a documentation that has the fault, each run of indented lines."""
    return _indented(_parted(documentation)[0])


def right_examples(documentation: str) -> tuple[str, ...]:
    """The YAML in a documentation that is how it should be: what stands after `Right:`."""
    return _indented(f"\n{_parted(documentation)[1]}")


def _parted(documentation: str) -> tuple[str, str]:
    wrong, _, right = documentation.partition(f"\n{RIGHT}\n")
    return wrong, right


def _indented(documentation: str) -> tuple[str, ...]:
    blocks: list[list[str]] = [[]]
    for line in documentation.split("\n")[1:]:
        if line.startswith("    "):
            blocks[-1].append(line)
        elif line.strip() and blocks[-1]:
            blocks.append([])
        elif blocks[-1]:
            blocks[-1].append("")
    dedented = (textwrap.dedent("\n".join(lines)).strip() for lines in blocks)
    return tuple(f"{block}\n" for block in dedented if block)


def _documentations() -> Iterator[str]:
    for check in CHECKS:
        yield (check.__doc__ or "").strip()
    for module in FAULTS:
        for _, function in inspect.getmembers(module, inspect.isfunction):
            # `inspect.getdoc` would take the indentation of the example away
            yield re.sub(r"(?m)^ {4}", "", function.__doc__ or "").strip()
