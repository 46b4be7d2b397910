"""Accounts, and all by which somebody is known as one, in and out of their rows."""
