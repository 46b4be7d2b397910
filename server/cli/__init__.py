"""The command line: one verb a file, each with `register(subparsers)` and `run(arguments, settings)`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from server.settings import Settings

VERBS = (
    "serve",
    "worker",
    "check",
    "test",
    "fmt",
    "reload",
    "show",
    "explain",
    "init",
    "schema",
    "export",
    "import_",
    "db",
    "account",
    "token",
    "sample",
)
"""The modules of this folder, in the order in which `--help` tells of them."""


def run(words: Sequence[str], settings: Settings, web: Any) -> int:
    """Carry out one command; the status to exit with. `web` makes the WSGI application."""
    parser = argparse.ArgumentParser(
        prog="procedura",
        description="Service management run from files that people can read.",
    )
    parser.set_defaults(web=web)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in VERBS:
        import_module(f"server.cli.{verb}").register(subparsers)
    arguments = parser.parse_args(words)
    try:
        return int(arguments.run(arguments, settings))
    except BrokenPipeError:
        # Whoever read what is printed has read enough. Python must not find that out again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
