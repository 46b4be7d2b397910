"""The shipped KPIs: each process that runs here has enough, and their tests show what counts."""

import pytest

import tests.shipped
from server.usecases.figures import shown, to_show

DEFINITIONS = tests.shipped.definitions()
each = pytest.mark.parametrize("kpi", DEFINITIONS.kpis.values(), ids=DEFINITIONS.kpis)
FEWEST = 3
RUN_HERE = ("incident-management", "event-management", "change-management", "release-management")


@pytest.mark.parametrize("process", RUN_HERE)
def test_each_process_that_runs_here_has_at_least_three(process):
    assert len(DEFINITIONS.processes[process].kpis) >= FEWEST


def test_each_is_named_by_one_process():
    named = [key for process in DEFINITIONS.processes.values() for key in process.kpis]

    assert sorted(named) == sorted(DEFINITIONS.kpis)


@each
def test_its_tests_show_what_counts_and_what_does_not(kpi):
    assert shown(kpi, DEFINITIONS.entities) >= set(to_show(kpi))


@each
def test_it_can_be_split_and_says_what_is_still_near(kpi):
    assert kpi.by
    assert kpi.warning is not None


@each
def test_it_is_told_how_to_read_it_at_some_length(kpi):
    assert kpi.instruction.count(".") >= FEWEST
    assert kpi.purpose.endswith(".")
