"""Explains stored decisions, and any text, for the command and the page.

Import the modules rather than names from this package: `find` loads fast, `read` does not.
"""
