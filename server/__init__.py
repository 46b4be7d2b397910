"""Procedura: service management run from files that people can read."""
