"""Edits sent messages of a Slack bot, so that they show what people did and the latest news."""

from dataclasses import replace

from straitwatch.core.model import EditJob, Outcome, SendResult
from straitwatch.core.render import render_edit
from straitwatch.deliver.http import NoRedirectTransport
from straitwatch.deliver.slack import BotClient, SlackBot, call_slack

# The message is gone, or Slack will never allow the edit.
_FINAL = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "is_archived",
        "is_inactive",
        "block_mismatch",
    }
)


class SlackEditor:
    """Edits messages beside the driver that sends new ones, on a connection of its own."""

    def __init__(self, bot: SlackBot) -> None:
        self.redacted = f"{bot.redacted}, edits"
        self._zone, self._has_buttons = bot.zone, bool(bot.app_token)
        self._secrets = (bot.token,)
        base_url = f"{bot.base_url}/api/"
        self._client = BotClient(bot.token, base_url=base_url, transport=NoRedirectTransport())

    def send(self, job: EditJob) -> SendResult:
        """Edit one message; doing it again changes nothing."""
        body = render_edit(job, zone=self._zone, has_buttons=self._has_buttons)
        result, _ = call_slack(self._client, "chat.update", body, self._secrets)
        is_final = result.code in _FINAL
        return replace(result, outcome=Outcome.PERMANENT) if is_final else result
