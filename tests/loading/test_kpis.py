"""What becomes of a KPI as it is written."""

from datetime import date
from fractions import Fraction

import pytest

from server import loading
from server.domain.kpi import Direction, Measure, Standing
from tests.loading.models import served
from tests.loading.patching import copy_of_minimal, lay_example_over


def test_a_kpi_knows_what_it_measures_and_what_is_aimed_at(tmp_path):
    kpi = served(tmp_path).kpis["swift-cases"]

    assert (kpi.about, kpi.when, kpi.measure) == ("case", "created_at", Measure.SHARE)
    assert (kpi.where, kpi.of.text) == (None, 'subject = "Tree"')
    assert (kpi.direction, kpi.target, kpi.warning) == (Direction.HIGHER, 90, 80)
    assert kpi.fields == {"case": {"subject"}}


def test_its_process_names_it(tmp_path):
    assert served(tmp_path).processes["case-management"].kpis == ("swift-cases",)


@pytest.mark.parametrize(
    ("value", "standing"),
    [(90, "met"), (Fraction(269, 3), "near"), (80, "near"), (79, "missed"), (None, "unknown")],
)
def test_a_value_stands_to_its_target_on_the_better_side_or_the_worse(tmp_path, value, standing):
    assert served(tmp_path).kpis["swift-cases"].standing(value) is Standing(standing)


def test_what_where_has_tested_need_not_be_tested_in_of(tmp_path):
    example = """\
kpi: swift-cases
where: pages is not null and owner is not null
of: pages < 10
"""

    assert served(tmp_path, example).kpis["swift-cases"].of.text == "pages < 10"


def test_the_moment_in_when_is_there_for_all_that_count(tmp_path):
    example = """\
entity: note
fields:
  text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
  heard_at: { title: Heard, type: date_time, guideline: When it was said. }
  tone: { title: Tone, choice: [calm, cross], guideline: How it was said. }
"""
    kpi = """\
kpi: swift-cases
about: note
when: heard_at
where: 'text != "none"'
measure: mean
of: heard_at - created_at
by: [tone]
unit: hours
tests:
  - { given: [{ text: Hello, heard_at: 2026-11-02T13:00:00Z }], month: 2026-11, expect: 1 }
"""

    found = served(tmp_path, example, kpi).kpis["swift-cases"]

    assert found.tests[0].month == date(2026, 11, 1)
    assert found.fields == {"note": {"text", "heard_at", "tone"}}


def test_what_may_be_unknown_is_told_at_its_own_place(tmp_path):
    folder = copy_of_minimal(tmp_path / "definitions")
    lay_example_over(folder, "kpi: swift-cases\nwhere: urgent = true\nof: pages < 10\n")

    [told] = loading.load([folder]).diagnostics

    assert (told.code, told.mark.line, told.mark.column) == ("EXP002", 7, 5)
    assert told.hint == "Test it first: pages is not null and …"


def test_a_bracket_too_many_is_told_and_closes_none_of_ours(tmp_path):
    folder = copy_of_minimal(tmp_path / "definitions")
    lay_example_over(folder, "kpi: swift-cases\nwhere: urgent = true) and (urgent = false\n")

    assert {item.code for item in loading.load([folder]).diagnostics} == {"EXP001"}


def test_an_organisation_puts_a_kpi_of_its_own_in_place_of_one(tmp_path):
    folders = [copy_of_minimal(tmp_path / "definitions"), tmp_path / "site"]
    text = (
        (folders[0] / "kpis" / "swift-cases.yaml").read_text().replace("target: 90", "target: 99")
    )
    (folders[1] / "kpis").mkdir(parents=True)
    (folders[1] / "kpis" / "swift-cases.yaml").write_text(f"{text}replaces: swift-cases\n")

    found = loading.load(folders)

    assert found.definitions.kpis["swift-cases"].target == 99


def test_the_entity_knows_by_which_fields_records_of_a_period_are_found(tmp_path):
    found = served(tmp_path).entities

    assert found["case"].dated_by == {"created_at"}
    assert found["note"].dated_by == set()
