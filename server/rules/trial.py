"""A changed table is tried in a process of its own before any server takes it.

Should the C module crash or hang on it, that process goes and the server stays. In the trial each
table is loaded, asked about witnesses, its answers compared with those of the second evaluator, and
its own tests are played.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.domain.decision import Decision, NoVerdict, Verdict
from server.domain.values import Value
from server.rules.hashing import content_hash
from server.rules.tables import DURABLE, PYTHON, Table, table
from server.rules.verdicts import spoken
from server.rules.witnesses import witnesses

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Wrong:
    """A sentence about a table that is not fit to be served; `decision` is its key, if it is known."""

    decision: str | None
    sentence: str


def try_tables(decisions: Iterable[Decision], seconds: float = SECONDS) -> tuple[Wrong, ...]:
    """What went wrong with these tables; nothing, if they are fit to be served."""
    tried = tuple(decisions)
    if not tried:
        return ()
    return supervised([sys.executable, "-m", __package__], pickle.dumps(tried), seconds)


def supervised(command: list[str], given: bytes, seconds: float) -> tuple[Wrong, ...]:
    """Run a trial and say how it went, also where it did not come to an end."""
    home = str(Path(__file__).parents[2])
    search = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and module
            command,
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": search},
        )
        said, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        said, code = error.stdout or b"", None
    lines = [json.loads(line) for line in said.splitlines() if line.endswith(b"}")]
    wrong = tuple(Wrong(line.get("of"), line["wrong"]) for line in lines if "wrong" in line)
    if code == 0:
        return wrong
    under_trial = next((line["trying"] for line in reversed(lines) if "trying" in line), None)
    which = f"Decision '{under_trial}'" if under_trial else "The tables"
    return (*wrong, Wrong(under_trial, f"{which} {_end(code, seconds)}"))


def _end(code: int | None, seconds: float) -> str:
    """How a trial broke off."""
    if code is None:
        return f"could not be tried within {seconds:g} seconds."
    if code < 0:
        return f"ended the trial by {signal.Signals(-code).name}; it is not safe to serve."
    return f"could not be tried: the trial stopped with code {code}."


def wrongs(decision: Decision) -> Iterator[str]:
    """What is wrong with one table, found by trying it here and now."""
    definition = content_hash(decision)
    try:
        served, oracle = (table(decision, definition, name) for name in (DURABLE, PYTHON))
    except NoVerdict as error:
        yield str(error)
        return
    for inputs in witnesses(decision):
        one, other = _answer(served, inputs), _answer(oracle, inputs)
        if one != other:
            given = ", ".join(f"{name} = {spoken(value)}" for name, value in inputs.items())
            yield (
                f"The two evaluators differ on decision '{decision.key}' for {given}: "
                f"{one} against {other}."
            )
            return
    yield from failed_tests(decision, served.decide)


def _answer(asked: Table, inputs: Mapping[str, Value]) -> object:
    try:
        verdict = asked.decide(inputs)
    except NoVerdict as error:
        return str(error)
    return (verdict.hits, verdict.output)


def failed_tests(
    decision: Decision, ask: Callable[[Mapping[str, Value]], Verdict]
) -> Iterator[str]:
    """A sentence for each of a decision's own tests that does not come out as it expects."""
    for number, test in enumerate(decision.tests, start=1):
        try:
            output = ask(test.given).output
        except NoVerdict as error:
            if test.expect is not None:
                yield f"Test {number} of decision '{decision.key}' fails. {error}"
            continue
        if test.expect is None:
            yield f"Test {number} of decision '{decision.key}' expects no verdict, and there is one."
            continue
        for name, expected in test.expect.items():
            if output.get(name) != expected:
                yield (
                    f"Test {number} of decision '{decision.key}' expects "
                    f"{name} = {spoken(expected)}, and the rules say {spoken(output.get(name))}."
                )


def main() -> None:
    """The trial itself: tables come in on standard input, lines of JSON go out."""
    for decision in pickle.load(sys.stdin.buffer):  # noqa: S301  written by our own parent process
        _tell({"trying": decision.key})
        for sentence in wrongs(decision):
            _tell({"wrong": sentence, "of": decision.key})


def _tell(line: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
