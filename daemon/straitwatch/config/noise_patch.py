"""Adds a line of `noise` to the text of a watch-list, and leaves all other lines as they are."""

import yaml

_BEFORE = ("signals", "match", "threshold", "title", "id")  # keys that may precede `noise`


def add_noise(text: str, watchlist: str, line: str) -> str | None:
    """Return the text of a file with one more line of noise; None if it has no such place.

    Args:
        text: of a file with watch-lists.
        watchlist: the id of the list.
        line: the rule, as one line of YAML.

    """
    found = _find(text, watchlist)
    if found is None:
        return None
    keys = {key.value: (key, value) for key, value in found.value}
    if "noise" in keys:
        _, items = keys["noise"]
        if items.flow_style or not items.value:
            return None
        indent = items.start_mark.column
        return _insert(text, _last_line(items), f"{' ' * indent}- {line}")
    key, value = next(keys[name] for name in _BEFORE if name in keys)
    column = " " * key.start_mark.column
    return _insert(text, _last_line(value), f"{column}noise:\n{column}  - {line}")


def _find(text: str, watchlist: str) -> yaml.MappingNode | None:
    """Return the node of a list that is written as a block."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    lists = _value(root, "watchlists")
    for item in lists.value if isinstance(lists, yaml.SequenceNode) else ():
        name = _value(item, "id")
        if name is not None and name.value == watchlist and not item.flow_style:
            return item if isinstance(item, yaml.MappingNode) else None
    return None


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _last_line(node: yaml.Node) -> int:
    """Return the number of the last line of a node, from 0."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return _last_line(node.value[-1])
    is_folded = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return node.end_mark.line - is_folded  # a folded text ends where the next line begins


def _insert(text: str, after: int, lines: str) -> str:
    whole = text.splitlines(keepends=True)
    if not whole[after].endswith("\n"):
        whole[after] += "\n"
    return "".join([*whole[: after + 1], f"{lines}\n", *whole[after + 1 :]])
