"""SIT: a folder of definitions, or what a site folder does to those before it."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def exists_already(mark: Mark, kind: str, key: str, where: str) -> Diagnostic:
    """SIT001 exists-already: a site folder defines anew what exists, without saying so.

    A file whose key exists already would hide that one, and with it what the next version brings.
    So it says `replaces: KEY`; or `overrides: KEY`, and brings just settings of a decision.

        role: clerk
        title: Clerk of the court
        purpose: Keeps the files.
        responsibilities: [Lose nothing.]

    Right:

        role: clerk
        replaces: clerk
        title: Clerk of the court
        purpose: Keeps the files.
        responsibilities: [Lose nothing.]
    """
    return Diagnostic(
        "SIT001",
        mark,
        f"The {kind} '{key}' exists already, in {where}.",
        f"Write 'replaces: {key}' if it shall take that one's place, or choose another key.",
    )


def replaces_nothing(
    mark: Mark, kind: str, key: str, own: str, known: Sequence[str]
) -> Diagnostic:
    """SIT002 replaces-nothing: what `replaces` names is not there, or is not the file's own key.

    What is replaced has to be there, in a folder before this one, under the same key.

        role: clark
        title: Clerk of the court
        purpose: Keeps the files.
        responsibilities: [Lose nothing.]
        replaces: clark

    Right:

        role: clerk
        title: Clerk of the court
        purpose: Keeps the files.
        responsibilities: [Lose nothing.]
        replaces: clerk
    """
    if key in known:
        return Diagnostic(
            "SIT002",
            mark,
            f"What takes the place of '{key}' has the same key, and this is '{own}'.",
            f"Write '{kind}: {key}', and name the file for it.",
        )
    return Diagnostic(
        "SIT002",
        mark,
        f"There is no {kind} '{key}' in the folders before this one that could be replaced.",
        did_you_mean(key, known) or "Leave 'replaces' out where something is new.",
    )


def overrides_nothing(mark: Mark, key: str, known: Sequence[str]) -> Diagnostic:
    """SIT003 overrides-nothing: there is no decision of which settings could be overridden.

    A file of this kind goes with a decision of a folder before this one.

        overrides: case-verdikt
        settings:
          strict: { value: yes, why: Our auditors want it so }

    Right:

        overrides: case-verdict
        settings:
          strict: { value: yes, why: Our auditors want it so }
    """
    return Diagnostic(
        "SIT003",
        mark,
        f"There is no decision '{key}' whose settings could be overridden.",
        did_you_mean(key, known),
    )


def no_such_setting(mark: Mark, decision: str, name: str, known: Sequence[str]) -> Diagnostic:
    """SIT004 no-such-setting: a decision has no setting of that name.

    Only settings that the decision declares can have other values.

        overrides: case-verdict
        settings:
          stricter: { value: yes, why: Our auditors want it so }

    Right:

        overrides: case-verdict
        settings:
          strict: { value: yes, why: Our auditors want it so }
    """
    hint = did_you_mean(name, known) if known else "It has no settings."
    return Diagnostic("SIT004", mark, f"Decision '{decision}' has no setting '{name}'.", hint)


def misplaced(mark: Mark, what: str, hint: str) -> Diagnostic:
    """SIT005 misplaced: a YAML file lies where no definitions are looked for.

    The folder says what kind of thing a file defines: `roles/clerk.yaml`. Procedures lie in a
    folder named for their process.

        # rolls/porter.yaml
        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]

    Right:

        # roles/porter.yaml
        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]
    """
    return Diagnostic("SIT005", mark, what, hint)


def misnamed(mark: Mark, key: str, wanted: str) -> Diagnostic:
    """SIT006 misnamed: a file is not named for what it defines.

    Whoever looks for a definition by its key finds it by the name of the file, and the other way.

        # roles/porter.yaml
        role: doorman
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]

    Right:

        # roles/porter.yaml
        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]
    """
    return Diagnostic(
        "SIT006",
        mark,
        f"This defines '{key}', so the file is to be called {wanted}.",
        "Rename the file, or mend the key.",
    )


def no_folder(mark: Mark) -> Diagnostic:
    """SIT007 no-folder: a folder of definitions does not exist.

    Nothing would tell, but for this, that an organisation's own definitions are not served.

        PROCEDURA_DEFINITIONS=site

    Right:

        PROCEDURA_DEFINITIONS=site
        # roles/porter.yaml
        role: porter
        title: Porter
        purpose: Opens the door.
        responsibilities: [Be there in time.]
    """
    return Diagnostic(
        "SIT007",
        mark,
        "There is no such folder.",
        "See what PROCEDURA_DEFINITIONS says, or make one with 'procedura init'.",
    )


def twice(mark: Mark, kind: str, key: str, where: str) -> Diagnostic:
    """SIT008 twice: one folder defines the same thing in two files.

    It happens to procedures, as each lies in the folder of its process.

        # procedures/case-management/case-reopening.yaml
        procedure: case-reopening
        replaces: case-reopening
        title: Case Reopening
        process: case-management
        about: case
        purpose: Tell at once who asked.
        roles: { manager: anyone }
        starts: [{ by: manager, title: Somebody is in a hurry }]
        steps: [{ step: tell, notify: case-decided }]
        # procedures/complaints/case-reopening.yaml
        procedure: case-reopening
        replaces: case-reopening
        title: Case Reopening
        process: case-management
        about: case
        purpose: Tell at once who asked.
        roles: { manager: anyone }
        starts: [{ by: manager, title: Somebody is in a hurry }]
        steps: [{ step: tell, notify: case-decided }]

    Right:

        # procedures/case-management/case-reopening.yaml
        procedure: case-reopening
        replaces: case-reopening
        title: Case Reopening
        process: case-management
        about: case
        purpose: Tell at once who asked.
        roles: { manager: anyone }
        starts: [{ by: manager, title: Somebody is in a hurry }]
        steps: [{ step: tell, notify: case-decided }]
    """
    return Diagnostic(
        "SIT008",
        mark,
        f"The {kind} '{key}' is defined in {where} as well.",
        "Keep one of the two.",
    )


def no_model(mark: Mark) -> Diagnostic:
    """SIT009 no-model: `model.yaml`, which names the model and its version, is missing.

        # model.yaml is not there

    Right:

        # model.yaml
        model: office
        title: Office
        version: 1.0.0
        language: 1
    """
    return Diagnostic(
        "SIT009",
        mark,
        "No folder holds a model.yaml.",
        "Write one with model, title, version and language.",
    )
