"""What `make mutate` narrows comes out as the whole would: read from files, checked and played."""

import random
import shutil
from pathlib import Path

import pytest

from server import loading
from server.loading.bundles import canonical
from server.rules import PYTHON, Rules
from server.usecases.examples import failing_readings, failing_tests
from server.usecases.rehearsal import play_all
from tests.mutation.breaks import Break, breaks
from tests.mutation.trial import (
    CHECK,
    EQUIVALENT,
    SCENARIOS,
    SURVIVED,
    TESTS,
    WARNING,
    Workshop,
)


@pytest.mark.slow
def test_what_is_narrowed_comes_out_as_the_whole_would(tmp_path):
    workshop = Workshop()
    found = [
        item for (kind, key), data in workshop.data().items() for item in breaks(kind, key, data)
    ]
    folder = tmp_path / "definitions"
    shutil.copytree(loading.shipped().root, folder)
    shipped = loading.load([folder])
    narrow, whole = {}, {}

    for broken in random.Random(3).sample(found, 16):
        narrow[str(broken)] = workshop.judge(broken).by.replace(EQUIVALENT, SURVIVED)
        whole[str(broken)] = judged_whole(broken, shipped, folder)

    assert narrow == whole


def judged_whole(broken: Break, shipped: loading.Loaded, folder: Path) -> str:
    """Who notices when all is read from files, checked and played."""
    file = folder / shipped.sources[broken.address].path
    before = file.read_text()
    file.write_text(canonical(broken.data))
    loaded = loading.load([folder])
    file.write_text(before)
    said = {(item.code, item.message): item for item in shipped.diagnostics}
    new = [item for item in loaded.diagnostics if (item.code, item.message) not in said]
    if new:
        return CHECK if any(item.is_error for item in new) else WARNING
    rules = Rules(loaded.definitions.decisions, PYTHON)
    if any(failing_tests(item, loaded, rules) for item in loaded.tested.values()):
        return TESTS
    entities = loaded.definitions.entities
    if any(
        failing_readings(item, entities, loaded)
        for item in loaded.definitions.correlations.values()
    ):
        return TESTS
    played = play_all(loaded.definitions, rules.decide)
    return SURVIVED if all(story.is_right for story in played) else SCENARIOS
