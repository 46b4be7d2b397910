"""A database of the size of years: a million incident requests, most of them closed long ago.

    python -m benchmarks.crowd DATABASE-URL [--requests N] [--history N] [--open N] [--people N]

A few requests are played through the product's own use cases, in a small database of their own; all
others are copies of those, each with people, moments and words of its own. So what is open is what
the product itself would have left open, and can be completed. Always the same, for the same numbers.
"""

from benchmarks.crowd.filling import Filled, Sizes, fill, filled

__all__ = ["Filled", "Sizes", "fill", "filled"]
