"""How wide letters are and where text breaks, so that boxes fit their words without a browser.

Widths are those of Inter at weight 500 in thousandths of the size, the font that the screens carry.
Helvetica and Arial are narrower; a letter that is not listed counts as a wide one.
"""

from __future__ import annotations

_FIRST = 32
# fmt: off
_WIDTHS = (
    267, 304, 494, 639, 646, 993, 653, 313, 369, 369, 521, 667, 303, 462, 303, 370, 646, 415, 616,
    627, 656, 603, 630, 571, 629, 630, 303, 315, 667, 667, 667, 527, 982, 709, 657, 733, 722, 603,
    589, 748, 745, 272, 575, 688, 565, 913, 756, 767, 642, 769, 648, 646, 653, 740, 709, 1003, 701,
    696, 641, 369, 370, 369, 477, 463, 337, 568, 618, 577, 618, 587, 379, 620, 602, 252, 252, 559,
    252, 888, 602, 604, 618, 618, 387, 539, 340, 602, 575, 829, 557, 575, 559, 440, 346, 440, 667,
)
# fmt: on
_NARROW_LIMIT = 0x2E80
_OTHER, _IDEOGRAPH = 680, 1000
ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """How far the text reaches, in the units of `size`."""
    return sum(_letter(letter) for letter in text) * size / 1000


def wrap(text: str, room: float, size: float, lines: int = 3) -> tuple[str, ...]:
    """The text in at most `lines` lines of at most `room`; what does not fit ends in an ellipsis.

    A word longer than a line is cut where the line ends, or before it where its parts are joined.
    """
    wrapped: list[str] = []
    current = ""
    for word in text.split():
        candidate = f"{current} {word}" if current else word
        if width(candidate, size) <= room:
            current = candidate
            continue
        if current:
            wrapped.append(current)
        current = word
        while width(current, size) > room:
            end = _cut(current, _fitting(current, room, size))
            wrapped.append(current[:end])
            current = current[end:]
    wrapped.append(current)
    if len(wrapped) <= lines:
        return tuple(wrapped)
    last = wrapped[lines - 1]
    last = last[: _fitting(last, room - width(ELLIPSIS, size), size)].rstrip(" ,.;:")
    return (*wrapped[: lines - 1], last + ELLIPSIS)


def _letter(letter: str) -> int:
    code = ord(letter)
    if _FIRST <= code < _FIRST + len(_WIDTHS):
        return _WIDTHS[code - _FIRST]
    return _OTHER if code < _NARROW_LIMIT else _IDEOGRAPH


def _cut(word: str, end: int) -> int:
    """Where to cut a word of which `end` letters fit: `recovery.` goes before `update_every`."""
    joint = max(word.rfind(sign, 0, end) for sign in "._-/") + 1
    return joint if joint > end / 4 else end


def _fitting(text: str, room: float, size: float) -> int:
    """How many letters from the left fit; at least one."""
    for end in range(len(text), 1, -1):
        if width(text[:end], size) <= room:
            return end
    return 1
