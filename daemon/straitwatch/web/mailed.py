"""Acts for the recipient of a mail, whose link is signed; only a form acts, never a link.

Programs that check the links in mails open them all, so opening one changes nothing.
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from straitwatch import store as db
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, Delivery, ManualAction
from straitwatch.core.offers import Subject, offers
from straitwatch.core.policy import MUTE_FOR
from straitwatch.core.signed_links import LINK_KEY, read_link
from straitwatch.pipeline import ActionResult, act, subject_named, undo, wanted_action
from straitwatch.web.acting import read_form, view_action
from straitwatch.web.desk import Visit, visit

_EXPIRED = "This link has expired, or it is not complete. The page of the story has the actions."
_INCOMPLETE = "This form is not complete. Open the link again."


async def act_from_mail(request: Request) -> Response:
    """Show the actions of a link; a form carries one out."""
    here = visit(request)
    delivery, subject = await run_in_threadpool(_linked, here, request.path_params["token"])
    if request.method != "POST":
        return await run_in_threadpool(_confirmation, here, subject)
    form = await read_form(request)
    result = await _carry_out(here, delivery, subject, form)
    if result.action is None:
        raise HTTPException(409, f"Not done: {result.problem}.")
    return RedirectResponse(request.url.path, status_code=303)


def _linked(here: Visit, token: str) -> tuple[Delivery, Subject]:
    """Return the delivery that a link was sent with, and the story that it is about.

    Raises:
        HTTPException: the link has expired or was not signed here.
    """
    with here.reading() as tx:
        key = db.get_meta(tx, LINK_KEY)  # None until the first link is signed
        named = read_link(key, token, here.now) if key else None
        record = db.show_delivery(tx, named[0]) if named else None
    subject = subject_named(record.facts, named[1]) if record and named else None
    if record is None or subject is None:
        raise HTTPException(410, _EXPIRED)
    return record.delivery, subject


def _confirmation(here: Visit, subject: Subject) -> Response:
    chosen = here.parameter("do")
    offered = [offer for offer in offers(subject) if chosen in ("", offer.kind)]
    return here.page(
        "mailed.html",
        subject=subject,
        offered=offered,
        muted_until=here.now + MUTE_FOR,
        done=[view_action(action, here) for action in _actions(here, subject)],
        key=here.new_key(),
    )


def _actions(here: Visit, subject: Subject) -> list[ManualAction]:
    with here.reading() as tx:
        return db.actions_of_stories(tx, [subject.story_id])[subject.story_id]


async def _carry_out(
    here: Visit, delivery: Delivery, subject: Subject, form: Mapping[str, str]
) -> ActionResult:
    store, beat = here.desk.store, here.desk.rules().beat
    author = delivery.recipient or delivery.receiver
    if undone := form.get("undo"):
        done = await run_in_threadpool(_actions, here, subject)
        if undone not in [action.id for action in done]:
            raise HTTPException(400, _INCOMPLETE)
        return await store.run(undo, undone, author=author, now=here.now, beat=beat)
    kind, watchlist = form.get("do", ""), form.get("list", "")
    if (kind, watchlist) not in [(offer.kind, offer.watchlist) for offer in offers(subject)]:
        raise HTTPException(400, _INCOMPLETE)
    wanted = wanted_action(
        ActionKind(kind),
        subject,
        watchlist=watchlist,
        id=action_id("mail", delivery.id, subject.story_id, kind, watchlist, form.get("key", "")),
        author=author,
        via=ActionVia.MAIL,
        made_at=here.now,
    )
    return await store.run(act, wanted, beat=beat)
