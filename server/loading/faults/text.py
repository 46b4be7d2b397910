"""YML: the file is not the YAML that we read."""

from __future__ import annotations

import re
from typing import Any

import yaml

from server.loading.diagnostics import Diagnostic, Mark

SHOWN = 40
"""Characters of the author's text that a sentence repeats."""


def not_yaml(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """YML001 not-yaml: the file cannot be read as YAML from this place on.

    What stands after it in this file is not looked at until this is mended.

        role: clerk
        title: Clerk
          purpose: Keeps the files.    # indented deeper than the key above it

    Right:

        role: clerk
        title: Clerk
        purpose: Keeps the files.
    """
    return Diagnostic("YML001", mark, sentence, hint)


def tab(mark: Mark) -> Diagnostic:
    """YML002 tab: a line is indented with a tab.

    YAML counts the blanks before a key, and a tab has no width that all programs agree on.

        role: clerk
        responsibilities:
        \t- Keep every case moving.

    Right:

        role: clerk
        responsibilities:
          - Keep every case moving.
    """  # noqa: D301  the example holds a tab
    return Diagnostic(
        "YML002",
        mark,
        "A tab stands here.",
        "Indent with blanks; editors can do so by themselves.",
    )


def duplicate_key(mark: Mark, key: str, first: int) -> Diagnostic:
    """YML003 duplicate-key: a key stands once in its map.

    Of two values for one key, one would silently be lost.

        role: clerk
        title: Clerk
        purpose: Keeps the files.
        title: Office clerk

    Right:

        role: clerk
        title: Clerk
        purpose: Keeps the files.
    """
    return Diagnostic(
        "YML003",
        mark,
        f"The key '{key}' stands in this map already, in line {first}.",
        "Keep one of the two.",
    )


def custom_tag(mark: Mark, tag: str) -> Diagnostic:
    """YML004 tag: a value begins with `!`, which makes it a tag.

    Definitions hold plain values only; nothing in them can call a program.

        role: clerk
        title: !upper clerk

    Right:

        role: clerk
        title: Clerk
    """
    return Diagnostic(
        "YML004",
        mark,
        f"The tag '{tag}' is not read.",
        "Leave the tag out; put a text that begins with '!' in quotes.",
    )


def too_large(mark: Mark, what: str) -> Diagnostic:
    """YML005 too-large: the file is larger, or nested deeper, than a definition can be.

    Aliases (`*name`) that repeat lists of aliases grow without bound, so they are counted each
    time.

        role: porter
        title: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]
        purpose: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
        responsibilities: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
        may: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c]

    Right:

        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]
        may: { case: [read] }
    """
    return Diagnostic(
        "YML005", mark, f"This is too large: {what}.", "One file defines one thing; divide it."
    )


def undecodable(mark: Mark, byte: int) -> Diagnostic:
    """YML006 not-utf-8: the file holds a byte that is no UTF-8 text.

    Other encodings write letters such as `é` in other bytes, and nobody could tell which was meant.

        # roles/clerk.yaml in ISO 8859-1
        role: clerk
        title: Député

    Right:

        # roles/clerk.yaml
        role: clerk
        title: Député
    """
    return Diagnostic(
        "YML006",
        mark,
        f"The byte 0x{byte:02X} is no UTF-8 text.",
        "Save the file as UTF-8; most editors offer it beside the file's name.",
    )


def empty(mark: Mark) -> Diagnostic:
    """YML007 empty-file: there is nothing in the file but comments.

        # roles/porter.yaml
        # To be written.

    Right:

        # roles/porter.yaml
        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]
    """
    return Diagnostic("YML007", mark, "The file is empty.", "Write the definition, or delete it.")


def several_documents(mark: Mark) -> Diagnostic:
    """YML008 several-documents: a line `---` begins a second document.

    One file defines one thing, and its name is the thing's key.

        role: clerk
        title: Clerk
        ---
        process: filing

    Right:

        role: clerk
        title: Clerk
    """
    return Diagnostic(
        "YML008",
        mark,
        "A second document begins here.",
        "Put it in a file of its own, named for its key.",
    )


def key_not_text(mark: Mark, written: str) -> Diagnostic:
    """YML009 key-not-text: a key is a number, true, false, null, or a map of its own.

    Two braces (`{{ ... }}`) outside quotes are read as a map in a map.

        role: clerk
        title: {{ clerk }}

    Right:

        role: clerk
        title: Clerk
    """
    return Diagnostic(
        "YML009",
        mark,
        f"The key {_cut(written)} is not text.",
        "Put it in quotes; where braces belong to a text, put the whole text in quotes.",
    )


def text_in_braces(mark: Mark, bracket: str) -> Diagnostic:
    """YML010 text-in-braces: a text within `{...}` or `[...]` needs quotes.

    There, commas, brackets, braces and colons are YAML's own, wherever they stand. So lists and
    ranges of an expression, and most questions, want quotes; or the map is written without braces,
    one key a line.

        role: clerk
        may: { case: read [all] }

    Right:

        role: clerk
        may: { case: [read] }
    """
    within = "{...}" if bracket == "{" else "[...]"
    quoted = '{ if: "x in [a, b]" }' if bracket == "{" else '[ "a, b", "c [d]" ]'
    return Diagnostic(
        "YML010",
        mark,
        f"A text within {within} goes on here with a character that is YAML's own.",
        f"Put the text in double quotes: {quoted}; or write it without braces and brackets, one "
        "entry a line.",
    )


def unreadable(mark: Mark, reason: str) -> Diagnostic:
    """YML011 unreadable: the file cannot be opened.

    Its permissions keep the server out, or it is a folder that has the name of a file.

        # roles/porter.yaml/notes.txt
        The porter opens the door.

    Right:

        # roles/porter.yaml
        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]
    """
    return Diagnostic(
        "YML011", mark, f"The file cannot be read: {reason}.", "See to its permissions and kind."
    )


def number_too_long(mark: Mark, written: str) -> Diagnostic:
    """YML012 number-too-long: a number has more digits than any value can keep.

    Long rows of digits, such as telephone numbers, are texts and want quotes.

        role: clerk
        title: 12345678901234567890

    Right:

        role: clerk
        title: '12345678901234567890'
    """
    return Diagnostic(
        "YML012",
        mark,
        f"The number {_cut(written)} is too long to be kept exactly.",
        "Put it in quotes if it is a text.",
    )


def unknown_alias(mark: Mark, name: str) -> Diagnostic:
    """YML013 unknown-alias: a value begins with `*`, which repeats what `&` has named before.

    Definitions seldom need it; mostly a text that begins with a star lacks its quotes.

        role: clerk
        title: *clerk

    Right:

        role: clerk
        title: Clerk
    """
    return Diagnostic(
        "YML013",
        mark,
        f"Nothing before this place is named '&{name}'.",
        "Put a text that begins with '*' in quotes.",
    )


def control_character(mark: Mark, code: int) -> Diagnostic:
    """YML014 control-character: the file holds a character that no text needs.

    Such characters come along when text is copied, and are not seen: here one stands before `k`.

        role: clerk
        title: Cler\x1fk

    Right:

        role: clerk
        title: Clerk
    """  # noqa: D301  the example holds the character
    return Diagnostic(
        "YML014", mark, f"The control character U+{code:04X} stands here.", "Delete it."
    )


# -- what libyaml says, in sentences that tell what to do ---------------------------------------


def syntax(file: str, text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    """The fault that an error of libyaml's means."""
    at = error.problem_mark or error.context_mark
    line, column = (at.line, at.column) if at else (0, 0)
    lines = text.split("\n")
    rest = lines[line][column:] if line < len(lines) else ""
    mark = Mark(file, line + 1, column + 1)
    problem, context = str(error.problem), str(error.context)
    if rest.startswith("\t"):
        return tab(mark)
    if "nesting depth" in problem:
        return too_large(mark, "nested deeper than any file is read")
    opened = error.context_mark
    if "did not find expected ','" in problem:
        bracket = "{" if "mapping" in context else "["
        if opened and line > opened.line and not rest.strip().startswith((",", "]", "}")):
            return _never_closed(Mark(file, opened.line + 1, opened.column + 1), bracket)
        return text_in_braces(mark, bracket)
    if "unexpected end of stream" in problem and opened:
        return _never_closed(Mark(file, opened.line + 1, opened.column + 1), "quote")
    if "block scalar" in context and opened:
        mark = Mark(file, opened.line + 1, opened.column + 1)
    return not_yaml(mark, *_sentence(problem, context, rest))


def _never_closed(mark: Mark, what: str) -> Diagnostic:
    closing = {"{": "'}'", "[": "']'"}.get(what, "same quote")
    opening = "quote" if what == "quote" else f"'{what}'"
    return not_yaml(
        mark,
        f"The {opening} that opens here is not closed on its lines.",
        f"Write the {closing} where it ends, and put texts with brackets or commas in quotes.",
    )


_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "A ': ' stands where no key can be.",
        "Put a text that holds ': ' in quotes; let all keys of one map begin in one column.",
    ),
    (
        "block scalar",
        "A text cannot begin with '>' or '|'.",
        'Put it in quotes, as in ">= 3".',
    ),
    (
        "unknown escape character",
        "A backslash in double quotes begins an escape, and this is none.",
        "Write the backslash twice, or use single quotes.",
    ),
    (
        "did not find expected key",
        "This goes on where nothing can follow: after a closing quote, or in a column of its own.",
        "Put the whole text in quotes; let all keys of one map begin in one column.",
    ),
    (
        "expected '-' indicator",
        "This is no item of the list above it.",
        "Begin it with '- ', or indent the list deeper than the key it belongs to.",
    ),
    (
        "could not find expected ':'",
        "This is neither 'key: value' nor an item of a list.",
        "Write a ':' and a blank after the key; put a text over several lines in quotes.",
    ),
)


def _sentence(problem: str, context: str, rest: str) -> tuple[str, str]:
    if "cannot start any token" in problem:
        return f"A text cannot begin with '{rest[:1]}'.", "Put it in quotes."
    for words, sentence, hint in _SENTENCES:
        if words in problem or words in context:
            return sentence, hint
    said = re.sub(r"\s+", " ", problem)
    return f"This cannot be read as YAML: {said}.", "See how the lines around it are written."


def _cut(written: Any) -> str:
    text = " ".join(str(written).split())
    return f"'{text}'" if len(text) <= SHOWN else f"'{text[: SHOWN - 3]}...'"
