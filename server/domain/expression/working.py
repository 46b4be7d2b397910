"""Working time written on its own, such as `5 working days`: it is counted from `now`."""

from __future__ import annotations

import re

FROM_NOW = "now + "
"""What has to stand before such a time to make an expression of it."""
_ALONE = re.compile(r"\s*\d+(\.\d+)?\s+(working|business)\s+[a-z]+\s*")


def is_working_time(text: str) -> bool:
    """Whether the text is an amount of working time, and nothing else."""
    return _ALONE.fullmatch(text) is not None
