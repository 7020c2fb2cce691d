"""Builds, runs, reloads and stops the daemon."""
