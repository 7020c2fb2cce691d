"""Links messages to the pages of their stories, and signs the links with which readers act."""

import secrets
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from straitwatch import store as db
from straitwatch.core.model import AlertFacts, DigestFacts, SendJob, StoryLinks
from straitwatch.core.offers import subjects_of
from straitwatch.core.policy import LINKS_VALID_FOR
from straitwatch.core.signed_links import ACT_PATH, LINK_KEY, sign_link
from straitwatch.store import Store


class Links:
    """Makes links with the key of the database, which is read once."""

    def __init__(self) -> None:
        self._key = ""

    async def add(self, job: SendJob, store: Store, *, page_url: str, now: datetime) -> SendJob:
        """Return a job with links to the pages of its stories, if readers can open them."""
        subjects = subjects_of(job.facts)
        if page_url and isinstance(job.facts, DigestFacts):
            span = (job.facts.coverage.since_at, job.facts.coverage.until_at)
            since, ended = (quote(at.isoformat()) for at in span)
            job = replace(job, stories_url=f"{page_url}/?since={since}&until={ended}")
        if not page_url or not subjects:
            return job
        self._key = self._key or await store.run(db.secret, LINK_KEY, secrets.token_hex(32))
        until, is_one = now + LINKS_VALID_FOR, isinstance(job.facts, AlertFacts)
        links = {}
        for story_id in subjects:
            named = "" if is_one else story_id
            token = sign_link(self._key, job.delivery.id, story_id=named, until=until)
            links[story_id] = StoryLinks(
                story=f"{page_url}/stories/{story_id}", act=f"{page_url}{ACT_PATH}{token}"
            )
        return replace(job, links=links)
