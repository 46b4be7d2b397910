"""Others find the exported procedures sound, and say so when one is not.

Two analysers that know nothing of us: rust-bpmn-analyzer, and pm4py in an environment of its own,
as its licence does not go with ours. Without that environment its test is skipped; `make check`
makes it.
"""

import json
import subprocess
from pathlib import Path

import pytest
import rust_bpmn_analyzer_bindings as analyser
from hypothesis import given, settings

from server.notation import Titles, as_bpmn
from tests.conftest import missing
from tests.notation.bpmn.control_flow import cut_short, plain
from tests.notation.bpmn.exports import EXPORTS
from tests.notation.procedures import made_sound, procedures

PM4PY = Path(__file__).parent / ".pm4py" / "bin" / "python"
SCRIPT = """
import json, sys, tempfile
import pm4py
sound = {}
for key, text in json.load(sys.stdin).items():
    with tempfile.NamedTemporaryFile("w", suffix=".bpmn", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        net = pm4py.convert_to_petri_net(pm4py.read_bpmn(file.name))
    sound[key] = pm4py.check_soundness(*net)[0]
print("\\n" + json.dumps(sound))
"""


def faults(text):
    """What the Rust analyser finds in a file of one process."""
    analyses = (
        analyser.analyze_safeness,
        analyser.analyze_dead_activities,
        analyser.analyze_option_to_complete,
        analyser.analyze_proper_completion,
    )
    found = (analyse(text) for analyse in analyses)
    return [
        (each.property_name, each.problematic_elements) for each in found if not each.fulfilled
    ]


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_every_step_can_happen_and_every_run_can_end(text):
    assert {key: found for key, each in plain(text).items() if (found := faults(each))} == {}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(procedures().map(made_sound))
def test_so_it_is_in_any_procedure(procedure):
    text = as_bpmn(procedure, Titles())
    assert {key: found for key, each in plain(text).items() if (found := faults(each))} == {}


def deadlocked():
    """Only one of two branches is taken, and their join waits for both."""
    text = EXPORTS["made by hand, long"]
    fork = '<bpmn:parallelGateway id="step.both"'
    assert fork in text
    begin = text.index(fork)
    end = text.index("</bpmn:parallelGateway>", begin)
    body = text[begin:end].replace("parallelGateway", "exclusiveGateway")
    return plain(f"{text[:begin]}{body}</bpmn:exclusiveGateway>{text[end + 23 :]}")["incident"]


def test_a_join_that_waits_for_what_never_comes_is_found():
    assert {name for name, _ in faults(deadlocked())} == {
        "Option to complete",
        "No dead activities",
    }


@pytest.mark.slow
def test_pm4py_finds_the_same():
    # given every process and sub-process, and one with a deadlock
    if not PM4PY.exists():
        missing("no pm4py in an environment of its own: run 'make check'")
    files = {
        f"{key} {name}": text
        for key, export in EXPORTS.items()
        for name, text in plain(export).items()
        if name not in cut_short(export)
    }
    # when pm4py turns them into nets
    told = subprocess.run(
        [PM4PY, "-W", "ignore", "-c", SCRIPT],
        input=json.dumps({**files, "deadlocked": deadlocked()}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout
    # then all but that are sound
    sound = json.loads(told.splitlines()[-1])
    assert sound.pop("deadlocked") is False
    assert [key for key, is_sound in sound.items() if not is_sound] == []
    assert len(sound) == len(files)
