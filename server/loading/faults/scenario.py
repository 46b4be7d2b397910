"""SCN: a story names what is not in it, or in the procedure that it is about."""

from __future__ import annotations

from collections.abc import Iterable

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def unknown_name(mark: Mark, name: str, known: Iterable[str]) -> Diagnostic:
    """SCN001 unknown-name: a story speaks of somebody or something that is not in it.

    Stories know the people and the records that are given, and what `as` has named before. Where
    a role may stand as well, the holders of that role are meant.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ begin: case-review, about: the_case }]
            then: { open: [judge] }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk }, records: { case: { the_case: { subject: A fence, owner: ann } } } }
        stories:
          - story: A case is judged
            when: [{ begin: case-review, about: the_case }]
            then: { open: [judge] }
    """
    return Diagnostic(
        "SCN001", mark, f"Nobody and nothing is called '{name}' here.", did_you_mean(name, known)
    )


def no_such_step(mark: Mark, step: str, procedure: str, known: Iterable[str]) -> Diagnostic:
    """SCN002 no-such-step: a story expects a step that no procedure has.

    A step is looked for in the procedure that the stories are about, then in all others; `in`
    names the procedure that is meant.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ complete: jugde, by: ann }]
            then: { open: [] }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ complete: judge, by: ann }]
            then: { open: [] }
    """
    return Diagnostic(
        "SCN002", mark, f"'{procedure}' has no step '{step}'.", did_you_mean(step, known)
    )


def not_asked(mark: Mark, key: str, where: str, known: Iterable[str]) -> Diagnostic:
    """SCN003 not-asked: a story answers what the form and the questions do not ask.

    Answers go by the keys of fields that the form shows, and of questions that the step asks. What a form
    must ask goes by fields too, one of a row as `list.field`.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ complete: judge, by: ann, answers: { sond: yes } }]
            then: { open: [] }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ complete: judge, by: ann, answers: { sound: yes } }]
            then: { open: [] }
    """
    return Diagnostic("SCN003", mark, f"{where} does not ask '{key}'.", did_you_mean(key, known))


def no_such_outcome(mark: Mark, outcome: str, step: str, known: Iterable[str]) -> Diagnostic:
    """SCN004 no-such-outcome: a story takes a way out that the step does not have.

    Outcomes go by their keys, not by the labels of their buttons; rules by their keys, ends by
    their names, starts by their ids.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ complete: judge, by: ann, outcome: sound }]
            then: { open: [] }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
        stories:
          - story: A case is judged
            when: [{ complete: judge, by: ann, answers: { sound: yes } }]
            then: { open: [] }
    """
    words = tuple(known)
    hint = did_you_mean(outcome, words) if words else "Leave it out."
    return Diagnostic("SCN004", mark, f"{step} has no '{outcome}'.", hint)


def name_twice(mark: Mark, name: str) -> Diagnostic:
    """SCN005 name-twice: two things in one story have one name.

    A name stands for one person or one record from where it is given to the end of the story.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given:
          people: { ann: clerk }
          records: { note: { ann: { text: A word } } }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given:
          people: { ann: clerk }
          records: { note: { the_note: { text: A word } } }
    """
    return Diagnostic("SCN005", mark, f"'{name}' is called so already.", "Choose another name.")


def takes_over_itself(mark: Mark, scenario: str) -> Diagnostic:
    """SCN006 takes-over-itself: what is given in a scenario is taken over from itself.

    `as_in` names a scenario from which what is given is taken over; following it has to end.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { as_in: case-review }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { people: { ann: clerk } }
    """
    return Diagnostic(
        "SCN006",
        mark,
        f"What is given in '{scenario}' is taken over from itself in the end.",
        "Put what both need into a third scenario, which takes over nothing.",
    )


def begins_otherwise(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """SCN007 begins-otherwise: a story begins a procedure in a way in which nobody can.

    A start for a role is made with its form, and makes the record. Other starts take the record
    that they are `about`. A start `when` a record comes into being is made by `new`.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { records: { case: { the_case: { subject: A fence } } } }
        stories:
          - story: A case is judged
            when: [{ begin: case-review, start: by-clerk, about: the_case }]
            then: { open: [judge] }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { records: { case: { the_case: { subject: A fence } } } }
        stories:
          - story: A case is judged
            when: [{ begin: case-review, about: the_case }]
            then: { open: [judge] }
    """
    return Diagnostic("SCN007", mark, sentence, hint)


def no_date(mark: Mark, written: str) -> Diagnostic:
    """SCN008 no-date: a moment is none that a calendar has.

    Moments are written as 2026-03-02 09:00, in UTC unless they name another zone.

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { now: "2026-02-30 09:00" }

    Right:

        scenario: case-review
        title: How cases are reviewed
        procedure: case-review
        given: { now: "2026-02-27 09:00" }
    """
    return Diagnostic(
        "SCN008",
        mark,
        f"'{written}' is no moment of any calendar.",
        "See to the day and the hour.",
    )
