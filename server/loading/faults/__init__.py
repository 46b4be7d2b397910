"""What can be wrong with a file before its sense is looked at, each fault with its sentence.

A fault is a function that makes a diagnostic; its docstring begins with its code and is what
`procedura explain CODE` prints. What is wrong with the sense of definitions is found by `checks`.
"""
