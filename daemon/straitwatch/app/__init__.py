"""The daemon: built, run, reloaded and stopped."""
