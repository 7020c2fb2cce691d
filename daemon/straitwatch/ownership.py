"""Keeps the files that root writes with the users who own their places."""

import os
import stat
from contextlib import suppress
from pathlib import Path

NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)  # Windows has no such flag, and no root


def give_to_owner(file: int, of: Path) -> None:
    """Give an open file to the owner of another one; only root can, and only root needs to.

    The daemon often runs as a user of its own, and could not open a file that `sudo straitwatch`
    wrote for root alone. That user can put a link in the place of the file, so a descriptor is
    given away rather than a path, and never a file with another name.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not has_one_name(file):
        return
    with suppress(OSError):  # root of a container without this right
        owner = of.stat()
        os.fchown(file, owner.st_uid, owner.st_gid)


def has_one_name(file: int) -> bool:
    """Return True if an open file is a regular one without hard links."""
    found = os.fstat(file)
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1
