"""Runs worker processes that can be killed: `process` in the parent, `serve` in the worker.

Import the modules rather than names from this package, so that a worker loads only `serve`.
"""
