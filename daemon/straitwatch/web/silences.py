"""Shows the silences and the latest actions, adds silences and ends them."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from straitwatch import store as db
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, ManualAction
from straitwatch.pipeline import act
from straitwatch.web.acting import read_form, view_action
from straitwatch.web.desk import visit
from straitwatch.web.stories import story_rows

HOURS = (1, 4, 8, 24, 72)  # that the form offers
_ACTIONS = 30


def silences(request: Request) -> Response:
    """Answer with the silences that are active or will be, and the latest actions."""
    here = visit(request)
    with here.reading() as tx:
        stored = db.active_silences(tx, here.now)
        actions = db.list_actions(tx, limit=_ACTIONS)
        muted = db.stories_by_id(tx, {name for found in stored for name in found.stories})
    return here.page(
        "silences.html",
        stored=stored,
        headlines={row.story.id: row.headline for row in story_rows(muted.values(), here.config)},
        configured=[found for found in here.config.alerts.silences if found.until_at > here.now],
        actions=[view_action(action, here) for action in actions],
        hours=HOURS,
        key=here.new_key(),
    )


async def snooze(request: Request) -> Response:
    """Silence a list for some hours."""
    here, form = visit(request), await read_form(request)
    hours, name = form.get("hours", ""), form.get("list", "")
    known = {found.id for found in here.config.watchlists}
    if hours not in map(str, HOURS) or name not in known:
        raise HTTPException(400, "Choose a list and a time.")
    wanted = ManualAction(
        id=action_id("page", "snooze", name, form.get("key", "")),
        kind=ActionKind.SNOOZE_LIST,
        made_at=here.now,
        watchlists=(name,),
        until_at=here.now + timedelta(hours=int(hours)),
        author=here.user,
        via=ActionVia.PAGE,
        note=form.get("note", ""),
    )
    await here.desk.store.run(act, wanted, beat=here.desk.rules().beat)
    return RedirectResponse("/silences", status_code=303)


async def end_silence(request: Request) -> Response:
    """End a silence now."""
    here = visit(request)
    name = request.path_params["silence"]
    done = await here.desk.store.run(db.end_silence, name, author=here.user, now=here.now)
    if not done:
        raise HTTPException(409, "This silence has ended already.")
    return RedirectResponse("/silences", status_code=303)
