"""Many threads, forked processes, a million questions, thousands of reloads."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.domain.values import WHOLE_NUMBER
from server.rules import DURABLE, PYTHON, Rules
from tests.rules.tables import a_decision, answer
from tests.strategies import a_table, some_inputs

HOME = Path(__file__).parents[2]


def a_table_of_fifty():
    """Fifty rules over four columns, with questions of which most are answered."""
    inputs = dict.fromkeys("abcd", WHOLE_NUMBER)
    rules = [f"a = {n % 7} and b >= {n % 5} and c in [{n % 3}, 9] and d < {n} -> r{n}" for n in range(50)]  # fmt: skip
    decision = a_decision(inputs, *rules, "-> none")
    draw = random.Random(1)
    questions = [{name: draw.randint(0, 9) for name in inputs} for _ in range(500)]
    return decision, questions


@pytest.mark.slow
class TestThreads:
    def test_eight_ask_at_once_and_none_is_answered_wrong(self):
        # given a table, and what the second evaluator says about five hundred questions
        decision, questions = a_table_of_fifty()
        oracle = Rules({}, PYTHON)
        expected = [answer(oracle, decision, item) for item in questions]
        rules = Rules({}, DURABLE)
        wrong = []

        def ask(start):
            for number in range(1_500):
                at = (number * 7 + start) % len(questions)
                if answer(rules, decision, questions[at]) != expected[at]:
                    wrong.append(at)

        # when eight threads ask at once
        threads = [threading.Thread(target=ask, args=(start,)) for start in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # then every answer is right
        assert not wrong

    def test_tables_may_be_made_ready_meanwhile(self):
        rules, oracle = Rules({}, DURABLE, kept=5), Rules({}, PYTHON, kept=5)
        wrong = []

        def ask(seed):
            draw = random.Random(seed)
            for _ in range(2):
                decision = a_table(draw, count=20)
                for _ in range(20):
                    inputs = some_inputs(draw)
                    if answer(rules, decision, inputs) != answer(oracle, decision, inputs):
                        wrong.append(seed)

        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


FORKS = """
import os, threading
from server.rules import DURABLE, Rules
from tests.rules.tables import answer
from tests.rules.test_processes import a_table_of_fifty

decision, questions = a_table_of_fifty()
rules = Rules({"sample": decision}, DURABLE)
expected = [answer(rules, decision, item) for item in questions]
over = threading.Event()

def keep_asking():
    while not over.is_set():
        for item in questions:
            rules.decide(decision, item)

threads = [threading.Thread(target=keep_asking) for _ in range(2)]
for thread in threads:
    thread.start()
codes = []
for _ in range(15):
    child = os.fork()
    if child == 0:
        right = [answer(rules, decision, item) for item in questions] == expected
        os._exit(0 if right else 1)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
over.set()
for thread in threads:
    thread.join()
print(codes.count(0))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_process_forked_amid_questions_answers_right():
    done = subprocess.run(
        [sys.executable, "-c", FORKS],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("15", 0), done.stderr


@pytest.mark.slow
class TestMemory:
    """Growth of the resident memory, in a process of its own."""

    def test_is_flat_over_a_million_questions(self):
        assert growth("for n in range(1_000_000): rules.decide(decision, questions[n % 500])") < 5

    def test_is_flat_over_thousands_of_reloads(self):
        code = "for n in range(1_500): Rules({'x': decision}, DURABLE).decide(decision, questions[n % 500])"
        assert growth(code) < 10

    def test_is_flat_where_many_tables_come_and_go(self):
        code = (
            "for n in range(1_000):\n    rules.decide(replace(decision, key=str(n)), questions[0])"
        )
        assert growth(code, warm="for n in range(25): rules.decide(replace(decision, key=str(n)), questions[0])") < 10  # fmt: skip


def growth(code, warm=""):
    """Megabytes."""
    text = f"""
import gc
from dataclasses import replace
from server.rules import DURABLE, Rules
from tests.rules.test_processes import a_table_of_fifty
def resident():
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * 4 / 1024
decision, questions = a_table_of_fifty()
rules = Rules({{}}, DURABLE, kept=20)
for item in questions: rules.decide(decision, item)
for n in range(20): Rules({{'x': decision}}, DURABLE)
{warm}
before = resident()
{code}
print(resident() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=HOME, capture_output=True, text=True, check=True
    )
    return float(done.stdout)
