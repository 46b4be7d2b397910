"""The index of words: which words stand in which records, kept by the database itself.

It is made from the entities: each has up to four *slots*, the label first, into which its searched
fields go. SQLite keeps one FTS5 table that triggers write; PostgreSQL a generated column of words in
each table. Either way a word is in the index in the transaction that writes it, whoever writes.
"""
