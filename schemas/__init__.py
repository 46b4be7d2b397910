"""Data only: the JSON Schemas that definitions are checked against."""
