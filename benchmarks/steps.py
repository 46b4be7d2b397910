"""Durable steps a second: ten tasks, three gateways and a decision, each step kept on SQLite.

    python -m benchmarks.steps

SpiffWorkflow 3 goes through the same process as BPMN with its decision as DMN; its state is saved
and loaded again at each step, as a server must that may be killed between two of them.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import floor
from benchmarks.floor import Row

RUNS, ROUNDS, TASKS = 20, 7, 10
BAR = 2.0


def rows() -> list[Row]:
    """One row: our steps a second by SpiffWorkflow's."""
    with tempfile.TemporaryDirectory() as folder:
        ours_at = _ours(f"sqlite:///{folder}/ours.db")
        spiff_at = _spiff(Path(folder))
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_rate(ours_at))
            theirs.append(_rate(spiff_at))
    mine, other = statistics.median(ours), statistics.median(theirs)
    detail = f"{mine:,.0f} a second, SpiffWorkflow {other:,.0f}"
    return [Row("durable steps, times SpiffWorkflow", mine / other, BAR, detail)]


def _rate(walk: Any) -> float:
    begun = time.perf_counter()
    for _ in range(RUNS):
        walk()
    return RUNS * TASKS / (time.perf_counter() - begun)


def _ours(url: str) -> Any:
    [actor] = floor.prepare(url)
    app = floor.application(url)

    def walk() -> None:
        task: int | None = floor.begin(app, actor, "chain")
        done = 0
        while task is not None:
            sent = {"hurry": True} if done == 0 else {}
            task = floor.complete(app, actor, task, **sent)
            done += 1
        assert done == TASKS

    walk()
    return walk


def _spiff(folder: Path) -> Any:
    from SpiffWorkflow.bpmn import BpmnWorkflow
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
    from SpiffWorkflow.spiff.parser import SpiffBpmnParser
    from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
    from SpiffWorkflow.util.task import TaskState

    (folder / "chain.bpmn").write_text(_bpmn())
    (folder / "way.dmn").write_text(_dmn())
    parser = SpiffBpmnParser(validator=None)
    parser.add_bpmn_file(str(folder / "chain.bpmn"))
    parser.add_dmn_file(str(folder / "way.dmn"))
    spec = parser.get_spec("chain")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
    store = sqlite3.connect(folder / "spiff.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        store.execute(f"PRAGMA {pragma}")
    store.execute("CREATE TABLE state (id INTEGER PRIMARY KEY, state TEXT)")

    def save(number: int, workflow: Any) -> None:
        text = serializer.serialize_json(workflow)
        store.execute("UPDATE state SET state = ? WHERE id = ?", (text, number))

    def walk() -> None:
        workflow = BpmnWorkflow(spec)
        workflow.task_tree.data.update({"weight": 5, "hurry": True})
        workflow.do_engine_steps()
        made = store.execute("INSERT INTO state (state) VALUES ('')").lastrowid
        assert made is not None
        save(made, workflow)
        done = 0
        while True:
            [text] = store.execute("SELECT state FROM state WHERE id = ?", (made,)).fetchone()
            workflow = serializer.deserialize_json(text)
            if workflow.completed:
                break
            [task] = workflow.get_tasks(state=TaskState.READY)
            task.run()
            workflow.do_engine_steps()
            save(made, workflow)
            done += 1
        assert done == TASKS, done

    walk()
    return walk


def _bpmn() -> str:
    """The process of `model/procedures/bench/chain.yaml` as BPMN 2.0."""
    nodes, flows = ['<bpmn:startEvent id="start"/>'], []

    def flow(source: str, target: str, condition: str = "") -> None:
        inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
        key = f"f{len(flows)}"
        flows.append(
            f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">'
            f"{inside if condition else ''}</bpmn:sequenceFlow>"
        )

    last = "start"
    for number in range(1, TASKS + 1):
        nodes.append(f'<bpmn:manualTask id="task_{number}" name="Task {number}"/>')
        flow(last, f"task_{number}")
        last = f"task_{number}"
        if number == 1:
            nodes.append(
                '<bpmn:businessRuleTask id="way" name="way"><bpmn:extensionElements>'
                "<spiffworkflow:calledDecisionId>way</spiffworkflow:calledDecisionId>"
                "</bpmn:extensionElements></bpmn:businessRuleTask>"
            )
            flow(last, "way")
            last = "way"
        if number in (3, 6, 8):
            gate, join = f"gate_{number}", f"join_{number}"
            nodes.append(f'<bpmn:exclusiveGateway id="{gate}" default="f{len(flows) + 2}"/>')
            nodes.append(f'<bpmn:exclusiveGateway id="{join}"/>')
            flow(last, gate)
            flow(gate, join, f"weight &lt;= {number}")
            flow(gate, join)
            last = join
    nodes.append('<bpmn:endEvent id="end"/>')
    flow(last, "end")
    return (
        '<?xml version="1.0"?><bpmn:definitions '
        'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" '
        'targetNamespace="bench"><bpmn:process id="chain" isExecutable="true">'
        + "".join(nodes + flows)
        + "</bpmn:process></bpmn:definitions>"
    )


def _dmn() -> str:
    rules = (("", "True", "short"), ("&lt;= 3", "", "short"), ("", "", "long"))
    written = "".join(
        f'<rule id="r{index}"><inputEntry id="a{index}"><text>{weight}</text></inputEntry>'
        f'<inputEntry id="b{index}"><text>{hurry}</text></inputEntry>'
        f'<outputEntry id="o{index}"><text>"{way}"</text></outputEntry></rule>'
        for index, (weight, hurry, way) in enumerate(rules)
    )
    return (
        '<?xml version="1.0"?><definitions '
        'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dmn" name="way" '
        'namespace="bench"><decision id="way" name="way"><decisionTable id="t" '
        'hitPolicy="FIRST"><input id="i1"><inputExpression id="e1" typeRef="number">'
        "<text>weight</text></inputExpression></input>"
        '<input id="i2"><inputExpression id="e2" typeRef="boolean"><text>hurry</text>'
        '</inputExpression></input><output id="o" name="way" typeRef="string"/>'
        f"{written}</decisionTable></decision></definitions>"
    )


if __name__ == "__main__":
    for row in rows():
        print(json.dumps({"name": row.name, "ratio": row.ratio, "detail": row.detail}))
