"""Open mail drivers on the servers of `servers/smtp`."""

from email.headerregistry import Address

from straitwatch.deliver.driver import DriverSettings
from straitwatch.deliver.smtp import Mail, Server

PASSWORD = "correct-horse-battery"
DESK = "desk@example.org"


def impatient(
    port: int,
    *,
    security: str = "insecure",
    user: str = "",
    password: str = PASSWORD,
    dot_seconds: float = 0.3,
) -> Mail:
    """Open a mail driver that waits a moment only."""
    server = Server(
        host="127.0.0.1",
        port=port,
        security=security,
        user=user,
        password=password if user else "",
        command_seconds=0.5,
        dot_seconds=dot_seconds,
    )
    return Mail(
        server,
        sender=Address("Straitwatch", addr_spec="alerts@example.org"),
        recipients=(DESK,),
        receiver="desk-mail",
        domain="",
        settings=DriverSettings(zone="UTC", templates={}, on_unsure="resend"),
    )
