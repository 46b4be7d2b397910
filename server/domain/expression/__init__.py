"""Expressions: a typed, total subset of S-FEEL. Never Python, never a template, never `eval`.

parse     text -> Expression, or a Problem at an offset
cell      a cell of a decision table -> Expression, or a Problem
resolve   names and types found, or all Problems at once
evaluate  the value, given names and a world of records
paths     everything that a resolved expression reads
"""

from server.domain.expression.cells import cell, conjunction
from server.domain.expression.evaluation import Closure, compiled, evaluate
from server.domain.expression.parser import parse
from server.domain.expression.resolving import resolve
from server.domain.expression.tree import Expression, Names, Node, Problem, Reading, World
from server.domain.expression.types import type_of
from server.domain.expression.walking import nodes, paths

__all__ = [
    "Closure",
    "Expression",
    "Names",
    "Node",
    "Problem",
    "Reading",
    "World",
    "cell",
    "compiled",
    "conjunction",
    "evaluate",
    "nodes",
    "parse",
    "paths",
    "resolve",
    "type_of",
]
