"""The systemd service that `setup` prints or installs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from straitwatch.errors import UsageError
from straitwatch.places import SYSTEM_DATA, Places

USER = "straitwatch"
NAME = "straitwatch.service"
_SQLITE = "sqlite:///"
_RUNS_SYSTEMD = Path("/run/systemd/system")
_SYSTEM_UNIT = Path("/etc/systemd/system") / NAME
_ISOLATION = """\
User={user}
UMask=0077
CapabilityBoundingSet=
NoNewPrivileges=true
LockPersonality=true
PrivateDevices=true
PrivateTmp=true
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={data}
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""
_PLAIN_WORD = re.compile(r"[\w/.:@+=,$%-]+")
_UNIT = """\
[Unit]
Description=Straitwatch: media-monitoring alerts
After=network-online.target
Wants=network-online.target

[Service]
ExecStart={command}
ExecReload=kill -HUP $MAINPID
WorkingDirectory={data}
Restart=on-failure
RestartSec=5
TimeoutStopSec=40
{isolation}
[Install]
WantedBy={target}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One systemd service, of the system for root or else of the user."""

    places: Places
    is_system: bool
    program: tuple[str, ...]

    @property
    def text(self) -> str:
        """The unit file. The daemon reads the secrets itself, so it names no EnvironmentFile."""
        data = str(self.places.data)
        isolation = _ISOLATION.format(user=USER, data=_word(data)) if self.is_system else ""
        command = (*self.program, "run", "--config", str(self.places.config))
        return _UNIT.format(
            command=" ".join(map(_word, command)).replace("$", "$$"),
            data=data.replace("%", "%%"),  # the whole line is the path, so it is not quoted
            isolation=isolation,
            target="multi-user.target" if self.is_system else "default.target",
        )

    @property
    def is_installed(self) -> bool:
        """True if systemd has a unit of this name."""
        return runs_systemd() and self.path.is_file()

    @property
    def command_prefix(self) -> str:
        """What runs a command as the user of the daemon, who owns its files."""
        return f"sudo -u {USER} " if self.is_system and self.is_installed else ""

    @property
    def log_command(self) -> str:
        """The command that shows the log."""
        return f"journalctl {'' if self.is_system else '--user '}-u straitwatch"

    @property
    def path(self) -> Path:
        """Where systemd looks for the unit file."""
        if self.is_system:
            return _SYSTEM_UNIT
        home = Path(os.path.expanduser("~"))  # noqa: PTH111 - HOME, or else the password database
        return home / ".config/systemd/user" / NAME

    def commands(self, *, has_user: bool) -> Iterator[list[str]]:
        """Yield the commands that make the user, own the files and start the service."""
        systemctl = ["systemctl"] if self.is_system else ["systemctl", "--user"]
        if self.is_system:
            if not has_user:
                home = str(self.places.data)
                yield ["useradd", "--system", "--home-dir", home, "--shell", "/bin/false", USER]
            paths = (str(self.places.config), str(self.places.data))
            yield ["chown", "--recursive", f"{USER}:", *paths]
        yield [*systemctl, "daemon-reload"]
        yield [*systemctl, "enable", NAME]
        yield [*systemctl, "restart", NAME]


def with_database(places: Places, database: str) -> Places:
    """Return the places with the folder of an SQLite database, wherever it is."""
    path = Path(database.removeprefix(_SQLITE).partition("?")[0])
    is_file = database.startswith(_SQLITE) and path.is_absolute()
    return replace(places, data=path.parent) if is_file else places


def make_service(places: Places, *, is_system: bool) -> Service:
    """Return the service for the installed program."""
    found = shutil.which("straitwatch", path=str(Path(sys.executable).parent))
    program = (found,) if found else (sys.executable, "-m", "straitwatch")
    return Service(places=places, is_system=is_system, program=program)


def _word(text: str) -> str:
    """Write a word of a list or command as systemd reads it."""
    escaped = re.sub(r'(["\\])', r"\\\1", text).replace("%", "%%")
    return escaped if _PLAIN_WORD.fullmatch(text) else f'"{escaped}"'


def runs_systemd() -> bool:
    """Return True if systemd started this machine."""
    return _RUNS_SYSTEMD.is_dir()


def install_service(service: Service, *, has_user: bool) -> None:
    """Write the unit file and start the service.

    Raises:
        UsageError: a command failed, or the folder of the database has other files.
    """
    if service.is_system:
        _require_own_folder(service.places)
    service.path.parent.mkdir(parents=True, exist_ok=True)
    service.path.write_text(service.text, encoding="utf-8")
    for command in service.commands(has_user=has_user):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if done.returncode:
            problem = done.stderr.strip() or f"exit status {done.returncode}"
            hint = "" if service.is_system else "\nhint: log in as this user, without su or sudo"
            raise UsageError(f"`{' '.join(command)}` failed: {problem}{hint}")


def _require_own_folder(places: Places) -> None:
    """Refuse to give a folder to the daemon's user that others use too, such as a home."""
    data = places.data
    if data == SYSTEM_DATA or data.is_relative_to(places.config) or not data.is_dir():
        return
    if any(".db" not in file.name for file in data.iterdir()):
        raise UsageError(
            f"{data} has other files besides the database, and a service would own them all\n"
            f"hint: move the database to {SYSTEM_DATA}, and name it in `database:`"
        )
