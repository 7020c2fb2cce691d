"""Worker processes that can be killed: `process` is our side, `serve` runs inside the worker.

Import the halves by name; a worker then loads nothing that only its parent needs.
"""
