"""Build, run, reload and stop the daemon."""
