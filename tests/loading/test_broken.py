"""For each code a small change to the minimal model, and everything that is then told, word by word.

A folder holds what is laid over the model (`definitions/`), a site folder if it takes one (`site/`;
with `site.gone` one that is not there), and `expected.txt`. Where that is missing it is written, to
be read and committed.
"""

import pytest

from tests.loading.patching import BROKEN, copy_of_minimal, lay_over
from tests.loading.telling import told

CASES = sorted(folder for folder in BROKEN.iterdir() if folder.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_told_about_a_fault(tmp_path, monkeypatch, case):
    # given the minimal model with a fault
    monkeypatch.chdir(tmp_path)
    folders = [copy_of_minimal(tmp_path / "definitions")]
    lay_over(folders[0], case / "definitions")
    if (case / "site").exists():
        folders.append(tmp_path / "site")
        lay_over(folders[1], case / "site")
    if (case / "site.gone").exists():
        folders.append(tmp_path / "site")

    # when it is loaded
    sentences = "".join(f"{item}\n" for item in told(case.name, folders))

    # then it is told in the sentences that were agreed on
    expected = case / "expected.txt"
    if not expected.exists():
        expected.write_text(sentences)
        pytest.fail(f"{expected} is written; read it.")
    assert sentences == expected.read_text()
    assert f" {case.name}: " in sentences
