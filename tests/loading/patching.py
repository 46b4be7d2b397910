"""A small sound model, and small changes to it.

`minimal/` is a model without a fault. A patch is a folder, or the example of a documentation: each
of its files is laid over the file of the same path by top-level keys; what is not there is new.

An example is a definition, which goes where its kind and key belong; and files, each below a line
that names it: `# roles/porter.yaml`, or `# roles/porter.yaml in ISO 8859-1`. Of those that are as
`# model.yaml is not there` the file goes. `PROCEDURA_DEFINITIONS=site` names the folder that it is
all laid over, and is passed over.
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
    "calendar": "calendars",
    "kpi": "kpis",
    "target": "targets",
    "scenario": "scenarios",
    "overrides": "decisions",
}
FILE = re.compile(
    r"^# ([\w/-]+(?:\.\w+)+(?:/\w+\.\w+)?)(?: (is not there|in ISO 8859-1))?\n", re.MULTILINE
)
"""The line of an example that names a file."""


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


def lay_example_over(folder: Path, example: str) -> None:
    """The files of the example in their places."""
    first, *others = FILE.split(example)
    if first and not first.startswith("PROCEDURA_DEFINITIONS="):
        kind, key = first.split("\n", 1)[0].split(": ")
        _lay_file(folder / FOLDERS[kind] / f"{key}.yaml", first)
    for path, how, text in zip(others[::3], others[1::3], others[2::3], strict=True):
        if how == "is not there":
            (folder / path).unlink(missing_ok=True)
        else:
            _lay_file(folder / path, text, "iso-8859-1" if how else "utf-8")


def _lay_file(target: Path, text: str, encoding: str = "utf-8") -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        text = blended(target.read_text("utf-8"), text)
    target.write_text(text, encoding)


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
