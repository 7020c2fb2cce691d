from datetime import timedelta
from typing import Any

from builders.store import NOW
from straitwatch.core.model import Severity, Silence
from straitwatch.store import Store, active_silences, add_silence, all_silences, expire_silence


def make_silence(id_: str = "s1", **changes: Any) -> Silence:
    values: dict[str, Any] = {
        "id": id_,
        "starts_at": NOW,
        "until_at": NOW + timedelta(hours=4),
        "watchlists": ("taiwan-policy",),
        "severities": (Severity.LOW, Severity.NORMAL),
        "tags": ("sport",),
        "stances": ("state",),
        "languages": ("zh-Hant",),
        "stories": ("s1",),
        "author": "desk",
        "reason": "the games",
    }
    return Silence(**(values | changes))


def test_silence_is_read_back_unchanged(store: Store) -> None:
    silence = make_silence()

    store.call(add_silence, silence, now=NOW)

    assert store.call(active_silences, NOW) == (silence,)


def test_silence_is_active_until_its_end_and_listed_after_it(store: Store) -> None:
    silence = make_silence()
    store.call(add_silence, silence, now=NOW)

    active = store.call(active_silences, silence.until_at)

    assert (active, store.call(all_silences)) == ((), (silence,))


def test_person_ends_a_silence_once(store: Store) -> None:
    store.call(add_silence, make_silence(), now=NOW)

    ended = [store.call(expire_silence, "s1", NOW + timedelta(hours=1)) for _ in range(2)]

    assert ended == [True, False]
    assert store.call(active_silences, NOW + timedelta(hours=1)) == ()
