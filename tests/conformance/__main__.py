"""`make conformance`: how many cases of the DMN Technology Compatibility Kit come out."""

import sys
import tempfile
from pathlib import Path

import pytest

from tests.conformance import kit


def main() -> int:
    try:
        models = kit.models(kit.folder())
    except (pytest.skip.Exception, pytest.fail.Exception) as error:
        print(error, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        played = [item for model in models for item in kit.played(model, Path(scratch))]
    for item in played:
        for sentence in item.wrong:
            print(sentence)
    right = sum(not item.wrong for item in played)
    evaluators = ", ".join(sorted(frozenset().union(*(item.evaluators for item in played))))
    print(f"DMN TCK level 2: {right} of {len(played)}, decided by {evaluators}.")
    return 0 if right == len(played) else 1


if __name__ == "__main__":
    sys.exit(main())
