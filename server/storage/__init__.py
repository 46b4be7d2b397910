"""Rows: fixed tables, tables and models made from entities, and what reads and writes them.

The only room that writes SQL. Takes and gives domain values.
"""
