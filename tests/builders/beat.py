"""The shipped beat, read and compiled once for all tests."""

from straitwatch.config import load_beat
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.shipped import shipped

SHIPPED = load_beat(shipped("config"))
BEAT = compile_beat(SHIPPED)
