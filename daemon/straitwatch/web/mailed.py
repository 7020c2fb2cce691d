"""Acts for the recipient of a mail, whose link is signed; only a form acts, never a link.

Programs that check the links in mails open them all, so opening one changes nothing.
"""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from straitwatch import store as db
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, AlertFacts
from straitwatch.core.offers import offers
from straitwatch.core.signed_links import LINK_KEY, read_link
from straitwatch.pipeline import ActionResult, act, undo, wanted_action
from straitwatch.web.acting import read_form, view_action
from straitwatch.web.desk import Visit, visit

_EXPIRED = "This link has expired, or it is not complete. The page of the story has the actions."
_INCOMPLETE = "This form is not complete. Open the link again."


async def act_from_mail(request: Request) -> Response:
    """Show the actions of a link; a form carries one out."""
    here = visit(request)
    record = _linked(here, request.path_params["token"])
    if request.method != "POST":
        return _confirmation(here, record)
    form = await read_form(request)
    result = await _carry_out(here, record, form)
    if result.action is None:
        raise HTTPException(409, f"Not done: {result.problem}.")
    return RedirectResponse(request.url.path, status_code=303)


def _linked(here: Visit, token: str) -> db.DeliveryRecord:
    """Return the delivery that a link was sent with.

    Raises:
        HTTPException: the link has expired or was not signed here.
    """
    with here.reading() as tx:
        key = db.get_meta(tx, LINK_KEY)  # None until the first link is signed
        delivery_id = read_link(key, token, here.now) if key else None
        record = db.show_delivery(tx, delivery_id) if delivery_id else None
    if record is None or not isinstance(record.facts, AlertFacts):
        raise HTTPException(410, _EXPIRED)
    return record


def _confirmation(here: Visit, record: db.DeliveryRecord) -> Response:
    facts = record.facts
    assert isinstance(facts, AlertFacts)  # noqa: S101 - checked by `_linked`
    chosen = here.parameter("do")
    offered = [(kind, words) for kind, words in offers(facts) if chosen in ("", kind)]
    with here.reading() as tx:
        done = [view_action(found, here) for found in db.actions_of_story(tx, facts.story_id)]
    return here.page("mailed.html", facts=facts, offered=offered, done=done, key=here.new_key())


async def _carry_out(
    here: Visit, record: db.DeliveryRecord, form: Mapping[str, str]
) -> ActionResult:
    facts, store, beat = record.facts, here.desk.store, here.desk.rules().beat
    assert isinstance(facts, AlertFacts)  # noqa: S101 - checked by `_linked`
    author = record.delivery.recipient or record.delivery.receiver
    if undone := form.get("undo"):
        with here.reading() as tx:
            done = db.actions_of_story(tx, facts.story_id)
        if undone not in [action.id for action in done]:
            raise HTTPException(400, _INCOMPLETE)
        return await store.run(undo, undone, author=author, now=here.now, beat=beat)
    kind, watchlist = form.get("do", ""), form.get("list", "")
    lists = [note.watchlist for note in facts.matches]
    watchlist = watchlist or next(iter(lists), "")
    if kind not in [offered.value for offered, _ in offers(facts)] or watchlist not in ("", *lists):
        raise HTTPException(400, _INCOMPLETE)
    wanted = wanted_action(
        ActionKind(kind),
        facts,
        watchlist=watchlist,
        id=action_id("mail", record.delivery.id, kind, watchlist, form.get("key", "")),
        author=author,
        via=ActionVia.MAIL,
        made_at=here.now,
    )
    return await store.run(act, wanted, beat=beat)
