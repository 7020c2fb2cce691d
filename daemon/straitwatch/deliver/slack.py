"""Sends to Slack, by webhook or as a bot, and maps every response to one of five outcomes."""

import json
import logging
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import Request

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from straitwatch.core.model import AlertKind, DriverKind, Frozen, Outcome, SendJob, SendResult
from straitwatch.core.render import add_buttons, as_text, context_block, render_slack
from straitwatch.deliver.driver import DriverSettings, redact_and_shorten
from straitwatch.deliver.http import READ_SECONDS, NoRedirectTransport

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

HOOKS = "https://hooks.slack.com"
API = "https://slack.com"
_POSSIBLE_REPEAT = "possible repeat: an earlier attempt was not answered"
_REPEAT_PREFIX = "(possible repeat) "  # of the text, which notifications and plain text show
_HISTORY_MARGIN = timedelta(seconds=60)  # for different clocks
_HISTORY_LIMIT = 200
_PAGES = 10
_MAX_LOOKUPS = 8  # attempts in about 20 minutes; later ones send even without the history
_OK = 200
_REDIRECT = 300
_CLIENT_ERROR = 400
_TIMED_OUT = 408
_RATE_LIMITED = 429
_SERVER_ERROR = 500
_TEXT_LIMIT = 40_000  # characters; Slack cuts longer ones
_SHORT_TEXT = 4_000  # Slack's advice; after an answer that a message is too long
_TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "413"})
# Errors after which the message is sent again as plain text.
_BLOCKS_REJECTED = _TOO_LONG | {
    "invalid_payload",
    "invalid_blocks",
    "invalid_blocks_format",
    "400",  # without a word of Slack's, perhaps from a proxy
}
# Errors that concern only this message; all other errors concern the whole receiver.
_PERMANENT = _BLOCKS_REJECTED | {
    "invalid_arguments",
    "invalid_json",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "metadata_too_large",
    "missing_text_or_fallback_or_attachments",
    "no_text",
    "too_large",
    "too_many_attachments",
}
_UNSURE = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "rollup_error", "service_unavailable"}
)
_RATE_LIMIT_ERRORS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_LOST_THREAD = frozenset({"cannot_reply_to_message", "message_not_found", "thread_not_found"})

_FAILURES = (SlackApiError, OSError, HTTPException, ValueError, LookupError, AttributeError)

# slack_sdk logs whole requests, including tokens, if its logger is enabled.
_silent = logging.Logger("slack", level=logging.CRITICAL + 1)  # noqa: LOG001 - without handlers


class _Webhook(WebhookClient):
    def __init__(self, url: str, *, transport: NoRedirectTransport) -> None:
        super().__init__(url, logger=_silent, retry_handlers=[])
        self.transport = transport

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        status, headers, body = self.transport.open(req)
        return WebhookResponse(url=url, status_code=status, body=body, headers=dict(headers))


class BotClient(WebClient):
    """The Web API without redirects, retries and logs."""

    def __init__(self, token: str, *, base_url: str, transport: NoRedirectTransport) -> None:
        super().__init__(token=token, base_url=base_url, logger=_silent, retry_handlers=[])
        self.transport = transport

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002 - the library's signature
        status, headers, body = self.transport.open(req)
        return {"status": status, "headers": dict(headers), "body": body}


class SlackWebhook:
    """An incoming webhook, which reports no message ids."""

    kind = DriverKind.SLACK_WEBHOOK
    recipients: tuple[str, ...] = ("",)

    def __init__(
        self,
        url: str,
        *,
        channel: str,
        settings: DriverSettings,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.redacted = f"slack webhook {channel}".strip()
        self.on_unsure = settings.on_unsure
        self._channel = channel
        self._zone, self._templates = settings.zone, settings.templates
        self._client = _Webhook(url, transport=NoRedirectTransport(read_seconds=read_seconds))
        self._secrets = (url, *url.rsplit("/", 3)[1:])

    @property
    def has_begun(self) -> bool:
        """True if Slack may have read a part of the message in the latest send."""
        return self._client.transport.is_connected

    def render(self, job: SendJob) -> Frozen:
        """Render the JSON to post."""
        message = render_slack(job, zone=self._zone, templates=self._templates)
        return _frozen(message | ({"channel": self._channel} if self._channel else {}))

    def send(self, job: SendJob) -> SendResult:
        """Post the message; if Slack rejects its blocks, post it again as plain text."""
        message = _message(job)
        result = self._post(message)
        if result.code in _BLOCKS_REJECTED:
            return self._post(_without_blocks(message, job, result))
        return result

    def reconcile(self, job: SendJob) -> SendResult | None:  # noqa: ARG002 - the protocol's
        """Return None: a webhook cannot look up messages."""
        return None

    def _post(self, message: dict[str, Any]) -> SendResult:
        self._client.transport.is_connected = False
        try:
            answer = self._client.send_dict(message)
        except (OSError, HTTPException, ValueError, LookupError) as error:
            return _map_interruption(error, self._client.transport, self._secrets)
        body = (answer.body or "").strip()
        if answer.status_code == _OK and body == "ok":
            return SendResult(outcome=Outcome.DELIVERED, code="200")
        if answer.status_code < _REDIRECT:  # not from Slack, perhaps a login page
            text = redact_and_shorten(f"{answer.status_code} {body}", *self._secrets)
            return SendResult(outcome=Outcome.UNSURE, code=str(answer.status_code), text=text)
        return _map_refusal(answer.status_code, body, answer.headers, self._secrets)


class SlackBot:
    """A bot, which looks up its messages and replies in threads; `SlackEditor` edits them."""

    kind = DriverKind.SLACK_BOT
    recipients: tuple[str, ...] = ("",)

    def __init__(
        self,
        token: str,
        *,
        channel: str,
        base_url: str,
        settings: DriverSettings,
        app_token: str = "",
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.redacted = f"slack bot {channel}"
        self.token, self.app_token, self.base_url = token, app_token, base_url
        self.on_unsure, self.zone = settings.on_unsure, settings.zone
        self._channel, self._templates = channel, settings.templates
        transport = NoRedirectTransport(read_seconds=read_seconds)
        self._client = BotClient(token, base_url=f"{base_url}/api/", transport=transport)
        self._secrets = (token,)

    @property
    def has_begun(self) -> bool:
        """True if Slack may have read a part of the message in the latest send."""
        return self._client.transport.is_connected

    def render(self, job: SendJob) -> Frozen:
        """Render the JSON of chat.postMessage."""
        has_buttons = bool(self.app_token)
        message = render_slack(
            job,
            zone=self.zone,
            templates=self._templates,
            is_bot=True,
            has_buttons=has_buttons,
        )
        if has_buttons:
            message = add_buttons(message, job.facts, job.delivery.id)
        message["channel"] = job.parent_ref.get("channel") or self._channel
        if job.kind is AlertKind.UPDATE and job.parent_ref.get("ts"):
            message["thread_ts"] = job.parent_ref["ts"]
        return _frozen(message)

    def send(self, job: SendJob) -> SendResult:
        """Post the message, unless the history shows that an unanswered attempt posted it.

        If Slack rejects its blocks, simpler ones are posted.
        """
        if job.is_possible_repeat and (found := self.reconcile(job)):
            return found
        message = _message(job)
        result = self._post(message)
        if self._has_lost_thread(result, message):
            message = self._outside_thread(message)
            result = self._post(message)
        for simplify in (_without_menus, _without_blocks):
            if result.code in _BLOCKS_REJECTED and "blocks" in message:
                message = simplify(message, job, result)
                result = self._post(message)
        return _with_shape(result, message, job)

    def _has_lost_thread(self, result: SendResult, message: Mapping[str, Any]) -> bool:
        """Return True if only the thread is gone, or its channel after a move to another one."""
        is_elsewhere = message["channel"] != self._channel
        is_refused = result.outcome is Outcome.RECEIVER_BROKEN and is_elsewhere
        return is_refused or result.code in _LOST_THREAD

    def _outside_thread(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return a message for the configured channel itself."""
        kept = {key: value for key, value in message.items() if key != "thread_ts"}
        return kept | {"channel": self._channel}

    def reconcile(self, job: SendJob) -> SendResult | None:
        """Search the history for the message, in its thread and outside; None if it is not there.

        The bot needs the scope to read the history. While the history is unavailable, the outcome
        is a later retry, because posting now might repeat the message.
        """
        message = _message(job)
        places = [message, self._outside_thread(message)] if "thread_ts" in message else [message]
        for place in places:
            if found := self._look_up(job, place):
                return found
        return None

    def _look_up(self, job: SendJob, message: Mapping[str, Any]) -> SendResult | None:
        try:
            return self._find(job, message)
        except _FAILURES as error:
            failed = _map_error(error, self._client.transport, self._secrets)
        may_wait = failed.outcome in (Outcome.RETRY, Outcome.UNSURE) and job.attempt <= _MAX_LOOKUPS
        text = f"the history could not be read: {failed.text}"
        return replace(failed, outcome=Outcome.RETRY, text=text) if may_wait else None

    def _find(self, job: SendJob, message: Mapping[str, Any]) -> SendResult | None:
        query: dict[str, Any] = {"include_all_metadata": True, "limit": _HISTORY_LIMIT}
        query["channel"] = self._channel_id(message["channel"])
        if not query["channel"]:
            return None
        if since := job.started_at or job.created_at:
            query["oldest"] = f"{(since - _HISTORY_MARGIN).timestamp():.6f}"
        method = "conversations.history"
        if thread := message.get("thread_ts"):
            method, query["ts"] = "conversations.replies", thread
        for posted in self._pages(method, query, "messages"):
            payload = (posted.get("metadata") or {}).get("event_payload") or {}
            if payload.get("delivery_id") == job.delivery.id:
                ref = {"ts": posted["ts"], "channel": query["channel"]}
                text = "found in the history"
                return SendResult(outcome=Outcome.DELIVERED, code="found", text=text, ref=ref)
        return None

    def _channel_id(self, channel: str) -> str:
        """Return the id of a `#name`, which the history needs; "" if there is no such channel."""
        if not channel.startswith("#"):
            return channel
        query = {"limit": 1000, "exclude_archived": True}
        for listed in self._pages("conversations.list", query, "channels"):
            if listed["name"] == channel[1:]:
                return str(listed["id"])
        return ""

    def _pages(self, method: str, query: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
        """Yield the items of a paged method, up to a limited number of pages."""
        asked = dict(query)
        for _ in range(_PAGES):
            page = self._client.api_call(method, params=asked)
            yield from page[key]
            asked["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                return

    def _post(self, message: Mapping[str, Any]) -> SendResult:
        self._client.transport.is_connected = False
        result, _ = call_slack(self._client, "chat.postMessage", message, self._secrets)
        return result


def call_slack(
    client: BotClient, method: str, message: Mapping[str, Any], secrets: tuple[str, ...]
) -> tuple[SendResult, Mapping[str, Any]]:
    """Call a method of the Web API; return the outcome, and the answer if it is a success."""
    try:
        answer = client.api_call(method, json=dict(message))
    except _FAILURES as error:
        return _map_error(error, client.transport, secrets), {}
    ref = {"ts": str(answer.get("ts", "")), "channel": str(answer.get("channel", ""))}
    data = answer.data if isinstance(answer.data, dict) else {}
    return SendResult(outcome=Outcome.DELIVERED, code="ok", ref=ref), data


def _map_error(
    error: Exception, transport: NoRedirectTransport, secrets: tuple[str, ...]
) -> SendResult:
    """Map a failed call to an outcome."""
    if not isinstance(error, SlackApiError):
        return _map_interruption(error, transport, secrets)
    response = error.response
    code = str(response.get("error") or "") if isinstance(response.data, dict) else ""
    return _map_refusal(response.status_code, code, response.headers, secrets)


def _frozen(message: Mapping[str, Any]) -> Frozen:
    return Frozen(body=json.dumps(message).encode(), content_type="application/json")


def _message(job: SendJob) -> dict[str, Any]:
    """Return the frozen message, marked if it may be a repeat."""
    assert job.frozen is not None, "rendered before it is sent"  # noqa: S101
    message: dict[str, Any] = json.loads(job.frozen.body)
    if job.is_possible_repeat:
        message["text"] = _REPEAT_PREFIX + message["text"]
        message["blocks"] = [*message.get("blocks", []), context_block(_POSSIBLE_REPEAT)]
    return message


def _without_menus(
    message: Mapping[str, Any], job: SendJob, rejected: SendResult
) -> dict[str, Any]:
    """Return a message without the menus of its lines; one that has none, as text."""
    blocks = message["blocks"]
    if not any("accessory" in block for block in blocks):
        return _without_blocks(message, job, rejected)
    plain = [{key: part for key, part in block.items() if key != "accessory"} for block in blocks]
    return {**message, "blocks": plain}


def _without_blocks(
    message: Mapping[str, Any], job: SendJob, rejected: SendResult
) -> dict[str, Any]:
    """Return a message with the words of its blocks as text."""
    log.warning(
        "slack rejected the layout of a message: posted as plain text",
        delivery=job.delivery.id,
        code=rejected.code,
        answer=rejected.text,
    )
    text = as_text(
        message,
        limit=_SHORT_TEXT if rejected.code in _TOO_LONG else _TEXT_LIMIT,
        command=f"straitwatch outbox show {job.delivery.id} {job.config_option}".strip(),
    )
    label = _REPEAT_PREFIX if job.is_possible_repeat else ""
    return {key: value for key, value in message.items() if key != "blocks"} | {
        "text": label + text
    }


def _with_shape(result: SendResult, message: Mapping[str, Any], job: SendJob) -> SendResult:
    """Keep the text and blocks of a message for later edits, if they are not the frozen ones."""
    shape = {key: message[key] for key in ("text", "blocks") if key in message}
    frozen = json.loads(job.frozen.body) if job.frozen else {}
    if result.outcome is not Outcome.DELIVERED or frozen.get("blocks") == shape.get("blocks"):
        return result
    return replace(result, ref={**result.ref, "message": json.dumps(shape)})


def _map_refusal(
    status: int, words: str, headers: Mapping[str, Any], secrets: tuple[str, ...]
) -> SendResult:
    """Map an unsuccessful response to an outcome."""
    is_redirect = _REDIRECT <= status < _CLIENT_ERROR
    word = words if words.replace("_", "").isalnum() and not is_redirect else ""
    code, text = word or str(status), redact_and_shorten(f"{status} {words}", *secrets)
    result = SendResult(outcome=Outcome.RECEIVER_BROKEN, code=code, text=text)
    if status == _RATE_LIMITED or word in _RATE_LIMIT_ERRORS:
        return replace(result, outcome=Outcome.RETRY, retry_after=_retry_after(headers))
    if code in _PERMANENT:
        return replace(result, outcome=Outcome.PERMANENT)
    is_foreign = status < _REDIRECT and not word  # a success status, but not from Slack
    if status >= _SERVER_ERROR or status == _TIMED_OUT or word in _UNSURE or is_foreign:
        return replace(result, outcome=Outcome.UNSURE, retry_after=_retry_after(headers))
    return result


def _map_interruption(
    error: Exception, transport: NoRedirectTransport, secrets: tuple[str, ...]
) -> SendResult:
    """Map an exchange without a response to an outcome."""
    cause = error.reason if isinstance(error, URLError) else error
    text = redact_and_shorten(str(cause) or type(cause).__name__, *secrets)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return SendResult(outcome=Outcome.RECEIVER_BROKEN, code="certificate", text=text)
    if transport.is_connected:
        return SendResult(outcome=Outcome.UNSURE, code="no answer", text=text)
    if isinstance(cause, UnicodeError):  # without its text, which quotes the address
        text = "the address is not ASCII"
        return SendResult(outcome=Outcome.RECEIVER_BROKEN, code="encoding", text=text)
    return SendResult(outcome=Outcome.RETRY, code="connect", text=text)


def _retry_after(headers: Mapping[str, Any]) -> timedelta | None:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            text = str(first).strip()
            return timedelta(seconds=int(text)) if text.isdecimal() else None
    return None
