"""Expressions: a typed, total subset of S-FEEL. Never Python, never a template, never `eval`.

parse     text -> Expression, or a Problem at an offset
resolve   names and types found, or all Problems at once
evaluate  the value, given names and a world of records
"""

from server.domain.expression.tree import Expression, Names, Node, Problem, World

__all__ = ["Expression", "Names", "Node", "Problem", "World"]
