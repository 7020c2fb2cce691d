"""Files and environment in, one frozen `Config` out; problems with line, column and a hint."""

from straitwatch.config.files import config_fingerprint
from straitwatch.config.load import load_config, require_files
from straitwatch.config.model import Config, Person, Retention, Silence
from straitwatch.config.reference import reference_page, write_schemas
from straitwatch.config.rules import Lists, kept_lists, load_lists

__all__ = [
    "Config",
    "Lists",
    "Person",
    "Retention",
    "Silence",
    "config_fingerprint",
    "kept_lists",
    "load_config",
    "load_lists",
    "reference_page",
    "require_files",
    "write_schemas",
]
