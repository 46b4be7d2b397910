"""What happens next: a run and a command in, a changed run, changed records and events out. Pure.

draft    pending changes of records over the records that are
seats    who may do a task
deadlines by when, and who is told when it is late
moments  which moment an expression of time means
people   who holds what, as the command leaves it
events   what has happened, in the past tense
settling what follows from a command, until nothing more does
settled  ids that storing gave, in place of those below zero
apply    what each event makes of a run; replaying all of them gives the run
advance  the state machine: the only code that decides which event comes next
"""
