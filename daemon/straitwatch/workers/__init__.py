"""Run worker processes that can be killed: `process` in the parent, `serve` in the worker.

Import the modules, not this package: a worker then loads only its own half.
"""
