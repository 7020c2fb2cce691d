"""Files and environment in, one frozen `Config` out; problems with line, column and a hint."""

from straitwatch.config.files import (
    RULE_FOLDERS,
    SHADOW_FOLDER,
    config_fingerprint,
    rule_files,
    shadow_files,
    shadow_version,
)
from straitwatch.config.load import configured_database, load_config, require_files
from straitwatch.config.model import Config, Person, Retention, ShadowLists, Silence
from straitwatch.config.reference import reference_page, write_schemas
from straitwatch.config.rules import Lists, kept_lists, load_lists

__all__ = [
    "RULE_FOLDERS",
    "SHADOW_FOLDER",
    "Config",
    "Lists",
    "Person",
    "Retention",
    "ShadowLists",
    "Silence",
    "config_fingerprint",
    "configured_database",
    "kept_lists",
    "load_config",
    "load_lists",
    "reference_page",
    "require_files",
    "rule_files",
    "shadow_files",
    "shadow_version",
    "write_schemas",
]
