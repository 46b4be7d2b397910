"""What the words mean: definitions (what may happen) and runs (what has happened).

A *definition* is written in YAML by a process administrator and never changes while it is served:
`Procedure`, `Decision`, `Role`, `Form`, `Entity`. A *run* is one walk through a procedure; a
*task* is one of its steps handed to a person. Everything here is a frozen value; nothing here reads
a file, a clock, a table or a request.
"""
