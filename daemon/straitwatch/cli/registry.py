"""Lists the commands with their groups, order and modules."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A command as `--help` lists it, without importing its module."""

    panel: str
    module: str
    help: str


_PANELS = {
    "Use": {
        "setup": ("setup", "Ask for Slack and mail, test both, and write a configuration."),
        "run": ("run", "Poll the feeds and send alerts until you stop it."),
        "init": ("init", "Write the shipped configuration into a directory for you to edit."),
        "demo": ("demo", "Run the daemon on a demonstration news stream for about a minute."),
        "status": ("status", "Show feeds, receivers, stories and undelivered messages."),
        "why": ("why", "Explain a decision about an entry, or match a text against the lists."),
        "stories": ("stories", "List, show, merge, split and mute stories."),
        "silences": ("silences", "Suppress the alerts of some matches for a while."),
    },
    "Tune": {
        "check": ("check", "Check the configuration and run the examples of every watch-list."),
        "lists": ("lists", "Begin a watch-list."),
        "feeds": ("feeds", "List, find, add, edit and remove feeds."),
        "terms": ("terms", "Show the use of terms and term sets."),
        "backtest": ("backtest", "Try a change of the lists on stored entries."),
        "shadow": ("shadow", "Run a changed list silently beside the active one."),
        "mark": ("mark", "Mark an alert, an entry or a story as relevant or not."),
        "review": ("review", "Show near misses, misleading rules and dead terms."),
        "routes": ("routes", "Trace a headline through the routes."),
    },
    "Operate": {
        "receivers": ("receivers", "List, test, pause and resume receivers."),
        "outbox": ("outbox", "List, retry, replay and cancel messages."),
        "doctor": ("doctor", "Check this machine, the configuration, the database and the outbox."),
        "db": ("database", "Upgrade, check, back up, restore and prune the database."),
    },
    "Develop": {
        "match": ("match", "Match JSON Lines against the watch-lists."),
        "cluster": ("cluster", "Group JSON Lines into stories."),
        "parse": ("parse", "Parse feed documents."),
        "replay": ("replay", "Assign stored reports to stories again and show differences."),
        "render": ("render", "Render a stored message or an example."),
    },
}

COMMANDS: Mapping[str, Listing] = {
    name: Listing(panel=panel, module=module, help=text)
    for panel, commands in _PANELS.items()
    for name, (module, text) in commands.items()
}
