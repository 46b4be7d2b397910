"""PRC016 misfiled: a procedure and its process do not agree on belonging together.

The process lists its procedures, each procedure names its process, and its file lies in the folder
of that process.

    process: case-management
    procedures: [case-registration, case-reopening]

Right:

    process: case-management
    procedures: [case-registration, case-review, case-reopening]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC016"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    known = manuscript.known("process")
    for key, procedure in manuscript.procedures.items():
        source = manuscript.source("procedure", key)
        process = manuscript.processes.get(procedure.process)
        if process is not None and key not in process.procedures:
            yield Diagnostic(
                CODE,
                source.mark("process"),
                f"Process '{process.key}' does not list '{key}'.",
                f"Add '{key}' to the procedures of '{process.key}', where it belongs in order.",
            )
        folder = source.path.split("/")[-2]
        if folder != procedure.process and procedure.process in known:
            yield Diagnostic(
                CODE,
                source.mark("process"),
                f"This belongs to '{procedure.process}' and lies in the folder '{folder}'.",
                f"Move the file to procedures/{procedure.process}.",
            )
    for process in manuscript.processes.values():
        for index, key in enumerate(process.procedures):
            other = manuscript.procedures.get(key)
            if other is not None and other.process != process.key and other.process in known:
                yield Diagnostic(
                    CODE,
                    manuscript.source("process", process.key).mark("procedures", index),
                    f"Procedure '{key}' belongs to process '{other.process}'.",
                    "Let the procedure name this process, or take it off the list.",
                )
