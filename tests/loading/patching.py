"""A small sound model, and small changes to it.

`minimal/` is a model without a fault. A patch is a folder, or the example of a documentation: each
of its files is laid over the file of the same path by top-level keys; what is not there is new.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

MINIMAL = Path(__file__).parent / "minimal"
BROKEN = Path(__file__).parent.parent / "broken"
FOLDERS = {
    "process": "processes",
    "procedure": "procedures/case-management",
    "role": "roles",
    "entity": "entities",
    "form": "forms",
    "decision": "decisions",
    "notification": "notifications",
    "correlation": "correlations",
    "scenario": "scenarios",
    "overrides": "decisions",
}


def copy_of_minimal(to: Path) -> Path:
    shutil.copytree(MINIMAL, to, dirs_exist_ok=True)
    return to


def lay_over(folder: Path, patch: Path) -> None:
    """Every file of the patch over the folder's, bytes and all where nothing of its name is there.

    A file `x.yaml.gone` takes `x.yaml` away.
    """
    for file in sorted(patch.rglob("*")):
        target = folder / file.relative_to(patch)
        if file.suffix == ".gone":
            target.with_suffix("").unlink()
        elif file.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif target.exists() and file.suffix == ".yaml":
            target.write_text(blended(target.read_text(), file.read_text()))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def lay_example_over(folder: Path, example: str) -> Path:
    """The example in the place of its kind and key; the file it is in."""
    kind, key = example.split("\n", 1)[0].split(": ")
    target = folder / FOLDERS[kind] / f"{key}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(blended(target.read_text(), example) if target.exists() else example)
    return target


def blended(text: str, patch: str) -> str:
    """The text with each top-level block that the patch has too as the patch has it."""
    blocks = _blocks(text)
    for key, block in _blocks(patch).items():
        blocks[key] = block
    return "".join(blocks.values())


def _blocks(text: str) -> dict[str, str]:
    """Top-level keys with their lines. A key that is written twice stays twice, in its block."""
    blocks: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        found = re.match(r"([a-z_]+):", line)
        key = found[1] if found else key
        blocks[key] = blocks.get(key, "") + line
    return blocks
