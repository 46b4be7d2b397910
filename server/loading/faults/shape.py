"""SCH: a definition is YAML, and not of the shape that its schema describes."""

from __future__ import annotations

from server.loading.diagnostics import Diagnostic, Mark


def unknown_key(mark: Mark, key: str, hint: str) -> Diagnostic:
    """SCH001 unknown-key: a key that this place does not know.

    Most often it is misspelt, or indented too little or too much. Within `{...}`, a comma ends a
    text, and what follows it becomes a key.

        role: clerk
        titel: Clerk
        purpose: Keeps the files.

    Right:

        role: clerk
        title: Clerk
        purpose: Keeps the files.
    """
    return Diagnostic("SCH001", mark, f"Unknown key '{key}'.", hint)


def missing_key(mark: Mark, key: str, description: str) -> Diagnostic:
    """SCH002 missing-key: a key that this place cannot do without.

    The hint says what the key is for.

        entity: note
        fields:
          text: { title: Text, type: text, required: yes }

    Right:

        entity: note
        fields:
          text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
    """
    return Diagnostic("SCH002", mark, f"The key '{key}' is missing.", description)


def wrong_type(mark: Mark, what: str, found: str, expected: str, hint: str) -> Diagnostic:
    """SCH003 wrong-type: text stands where a list belongs, or anything else of the kind.

    Numbers, true, false and null are no text unless they stand in quotes.

        role: clerk
        responsibilities: Keep the files.

    Right:

        role: clerk
        responsibilities: [Keep the files.]
    """
    return Diagnostic("SCH003", mark, f"{what} is {found}; it should be {expected}.", hint)


def not_one_of(mark: Mark, what: str, found: str, hint: str) -> Diagnostic:
    """SCH004 not-one-of: a word that is none of the few that can stand here.

    Some places take one of a few words only.

        role: clerk
        may: { case: [read, change] }

    Right:

        role: clerk
        may: { case: [read, update] }
    """
    return Diagnostic("SCH004", mark, f"{what} cannot be {found}.", hint)


def ill_formed(mark: Mark, what: str, found: str, expected: str) -> Diagnostic:
    """SCH005 ill-formed: a key, path or number that is not written as such are.

    Procedures, steps, roles, decisions and forms have hyphens in their keys; entities, fields,
    answers and values of choices have underscores, because they stand in expressions.

        role: clerk
        fallback: Office Clerk

    Right:

        role: clerk
        fallback: manager
    """
    return Diagnostic("SCH005", mark, f"{what} cannot be '{found}'.", f"Write {expected}.")


def wrong_size(mark: Mark, what: str, problem: str) -> Diagnostic:
    """SCH006 wrong-size: a text is too long, or a text, list or map has nothing in it.

    The box of a diagram takes 40 characters, and an empty list says nothing.

        role: clerk
        responsibilities: []

    Right:

        role: clerk
        responsibilities: [Keep the files.]
    """
    return Diagnostic("SCH006", mark, f"{what} {problem}.")


def not_just_one(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """SCH007 not-just-one: of several keys, exactly one must be there.

    A step has one verb, a field one kind of value, a start one reason to begin.

        procedure: case-review
        starts:
          - { by: clerk, after: case-registration, title: Review a case }

    Right:

        procedure: case-review
        starts:
          - { by: clerk, title: Review a case }
          - { after: case-registration }
    """
    return Diagnostic("SCH007", mark, sentence, hint)


def does_not_belong(mark: Mark, key: str, beside: str, known: str) -> Diagnostic:
    """SCH008 does-not-belong: a key that means nothing beside another one.

    A `form`, for instance, is filled by a person, so it belongs to a step that says `do`.

        procedure: case-review
        starts:
          - { after: case-registration, form: case }

    Right:

        procedure: case-review
        starts:
          - { after: case-registration }
    """
    hint = f"What else can stand here: {known}." if known else "Nothing else can stand here."
    return Diagnostic("SCH008", mark, f"'{key}' does not belong beside '{beside}'.", hint)


def repeated(mark: Mark, what: str, item: str) -> Diagnostic:
    """SCH009 repeated: a list says the same thing twice.

    The order and the number of such entries mean nothing, so once is enough.

        role: clerk
        may: { case: [read, read] }

    Right:

        role: clerk
        may: { case: [read, update] }
    """
    return Diagnostic("SCH009", mark, f"{what} names {item} twice.", "Delete one of the two.")
