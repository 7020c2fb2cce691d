"""Files and environment in, one frozen `Config` out; problems with line, column and a hint."""

from straitwatch.config.files import config_fingerprint
from straitwatch.config.load import load_config, require_files
from straitwatch.config.model import Config, Person, Retention, Silence
from straitwatch.config.reference import reference_page, write_schemas
from straitwatch.config.rules import load_rules

__all__ = [
    "Config",
    "Person",
    "Retention",
    "Silence",
    "config_fingerprint",
    "load_config",
    "load_rules",
    "reference_page",
    "require_files",
    "write_schemas",
]
