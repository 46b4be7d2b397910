"""Every code is documented, shown by an example that is tried, and kept with its exact sentences."""

from pathlib import Path

import pytest

from server import loading
from server.loading.checks import CHECKS
from server.loading.explaining import examples, explanations, right_examples
from server.usecases.publish import TRIAL_SECONDS
from tests.loading.patching import BROKEN, copy_of_minimal, lay_example_over
from tests.loading.telling import told

EXPLANATIONS = explanations()
SHOWN = [
    (code, example)
    for code, documentation in EXPLANATIONS.items()
    for example in examples(documentation)
]
RIGHT = [
    (code, example)
    for code, documentation in EXPLANATIONS.items()
    for example in right_examples(documentation)
]


def test_the_minimal_model_has_no_fault(tmp_path):
    loaded = loading.load([copy_of_minimal(tmp_path)])

    assert [str(item) for item in loaded.diagnostics] == []
    assert loaded.definitions is not None


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.CODE)
def test_each_check_is_named_for_its_code_and_shows_an_example(check):
    code, name = check.__doc__.split(":")[0].split()

    assert code == check.CODE
    assert name.replace("-", "_") == check.__name__.rsplit(".", 1)[-1]
    assert examples(check.__doc__)


def test_no_code_is_used_twice():
    codes = [check.CODE for check in CHECKS]

    assert len(codes) == len(set(codes))


def test_each_code_shows_how_it_should_not_be_and_how_it_should():
    assert EXPLANATIONS.keys() == {code for code, _ in SHOWN} == {code for code, _ in RIGHT}


@pytest.mark.parametrize(("code", "example"), SHOWN, ids=[code for code, _ in SHOWN])
def test_each_example_has_the_fault_that_it_explains(tmp_path, code, example):
    # given the minimal model, with the example laid over it
    folders = laid_over_minimal(tmp_path, code, example)

    # when it is loaded, and what can only be told by playing is played
    found = told(code, folders)

    # then the fault is told, and no other error
    assert code in {item.code for item in found}
    assert {item.code for item in found if item.is_error} <= {code}


@pytest.mark.parametrize(("code", "example"), RIGHT, ids=[code for code, _ in RIGHT])
def test_each_example_of_how_it_should_be_has_no_fault(tmp_path, code, example):
    # given the minimal model, with the right example laid over it
    folders = laid_over_minimal(tmp_path, code, example)

    # when it is loaded, and what can only be told by playing is played, in the usual time
    found = told(code, folders, TRIAL_SECONDS)

    # then the fault is gone, and there is no other error
    assert [str(item) for item in found if item.is_error or item.code == code] == []


def laid_over_minimal(tmp_path, code, example):
    """The folders to load: what is explained of site folders is laid into one."""
    folders = [copy_of_minimal(tmp_path / "definitions")]
    if code.startswith("SIT") and code != "SIT009":
        folders.append(tmp_path / "site")
    lay_example_over(folders[-1], example)
    return folders


def test_every_code_has_its_sentences_kept_and_every_kept_sentence_a_code():
    kept = {folder.name for folder in BROKEN.iterdir() if folder.is_dir()}

    assert kept - {"__pycache__"} == EXPLANATIONS.keys()


def test_every_code_in_the_source_is_explained():
    source = Path(loading.__file__).parent
    written = {
        code
        for file in source.rglob("*.py")
        for code in __import__("re").findall(r'"([A-Z]{3}\d{3})"', file.read_text())
    }

    assert written == EXPLANATIONS.keys()
