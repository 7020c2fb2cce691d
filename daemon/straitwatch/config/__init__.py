"""Reads configuration files and the environment into one `Config`, or lists every problem."""

from straitwatch.config.addresses import correct_address
from straitwatch.config.beat import load_beat
from straitwatch.config.feedfile import FeedFile
from straitwatch.config.files import (
    DEFAULT_CONFIG,
    RULE_FOLDERS,
    SHADOW_FOLDER,
    config_fingerprint,
    copy_configuration,
    require_files,
    rule_files,
    shadow_files,
    shadow_version,
)
from straitwatch.config.imported_feeds import ImportedFeed, read_imported_feeds
from straitwatch.config.kept import kept_settings
from straitwatch.config.load import (
    NOTHING_IN_USE,
    configured_store,
    load_config,
    load_feeds,
    load_settings,
)
from straitwatch.config.model import Config, Settings, ShadowLists
from straitwatch.config.noise_patch import add_noise
from straitwatch.config.reasons_page import reasons_page
from straitwatch.config.reference import reference_page, write_schemas
from straitwatch.config.rules import Lists, kept_lists, load_lists
from straitwatch.config.scalars import read_duration
from straitwatch.config.secrets import SECRETS, read_secrets, write_secrets
from straitwatch.config.writing import writing

__all__ = [
    "DEFAULT_CONFIG",
    "NOTHING_IN_USE",
    "RULE_FOLDERS",
    "SECRETS",
    "SHADOW_FOLDER",
    "Config",
    "FeedFile",
    "ImportedFeed",
    "Lists",
    "Settings",
    "ShadowLists",
    "add_noise",
    "config_fingerprint",
    "configured_store",
    "copy_configuration",
    "correct_address",
    "kept_lists",
    "kept_settings",
    "load_beat",
    "load_config",
    "load_feeds",
    "load_lists",
    "load_settings",
    "read_duration",
    "read_imported_feeds",
    "read_secrets",
    "reasons_page",
    "reference_page",
    "require_files",
    "rule_files",
    "shadow_files",
    "shadow_version",
    "write_schemas",
    "write_secrets",
    "writing",
]
