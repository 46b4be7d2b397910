"""Pages over a million requests: what people wait for, with four of them at once.

    python -m benchmarks.pages [--requests N] [--on DATABASE-URL ...]

A database of each kind is filled (`benchmarks.crowd`), served by `procedura serve` as it is
installed (on PostgreSQL with a process for each core), and asked through HTTP by four clients who
are logged in and never rest. Beside it stands what the same page's statements take in the bare
driver.
"""

from benchmarks.pages.measuring import rows

__all__ = ["rows"]
