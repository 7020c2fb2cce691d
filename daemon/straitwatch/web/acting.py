"""Carries out the requests of people on the page; each form acts once, however often it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from straitwatch.core.action_words import action_words, undone_words
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, ManualAction
from straitwatch.pipeline import ActionResult, act, undo
from straitwatch.web.desk import Visit, visit

_MAX_FORM = 100_000  # bytes


async def read_form(request: Request, *, at_most: int = _MAX_FORM) -> dict[str, str]:
    """Return the fields of a form, the last value of each.

    Raises:
        HTTPException: it is too long, or not text.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most:
            raise HTTPException(413, "This form is too long.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True)
    except ValueError as error:
        raise HTTPException(400, "This form cannot be read.") from error
    return {name: values[-1].strip() for name, values in fields.items()}


async def act_on_story(request: Request) -> Response:
    """Carry out an action on a story, and show the story again with its undo."""
    here, form = visit(request), await read_form(request)
    wanted = _wanted(here, request.path_params["story"], form)
    rules = here.desk.rules()
    with_alert = rules if form.get("alert") else None
    result = await here.desk.store.run(act, wanted, beat=rules.beat, rules=with_alert)
    return _outcome(result, wanted.story_id)


async def undo_action(request: Request) -> Response:
    """Undo an action, and show its story again."""
    here, form = visit(request), await read_form(request)
    result = await here.desk.store.run(
        undo,
        request.path_params["action"],
        author=here.user,
        now=here.now,
        beat=here.desk.rules().beat,
    )
    return _outcome(result, form.get("story", ""))


def _wanted(here: Visit, story_id: str, form: Mapping[str, str]) -> ManualAction:
    kind, key = form.get("kind", ""), form.get("key", "")
    if kind not in list(ActionKind) or not key:
        raise HTTPException(400, "This form is not complete. Reload the page and try again.")
    report, watchlist = form.get("report", ""), form.get("list", "")
    return ManualAction(
        id=action_id("page", story_id, kind, report, watchlist, form.get("other", ""), key),
        kind=ActionKind(kind),
        made_at=here.now,
        story_id=story_id,
        other_story_id=form.get("other", ""),
        reports=(report,) if report else (),
        watchlists=(watchlist,) if watchlist else (),
        author=here.user,
        via=ActionVia.PAGE,
        note=form.get("note", ""),
    )


def _outcome(result: ActionResult, story_id: str) -> Response:
    """Lead back to the story; its page lists the action."""
    if result.action is None:
        raise HTTPException(409, f"Not done: {result.problem}.")
    where = result.action.story_id or story_id
    return RedirectResponse(f"/stories/{where}#actions" if where else "/", status_code=303)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """An action in words."""

    action: ManualAction
    words: str
    undone: str  # `undone by ben`


def view_action(action: ManualAction, here: Visit) -> ActionView:
    """Return an action with its words, in the time zone of the desk."""
    until = f"{action.until_at.astimezone(here.zone):%d %b %H:%M}" if action.until_at else ""
    words = action_words(action, until=until)
    return ActionView(action=action, words=words, undone=undone_words(action))
