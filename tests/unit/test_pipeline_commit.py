"""The slices in which a long document is committed."""

from builders.app import open_desk
from builders.configs import CALM
from straitwatch import store as db
from straitwatch.pipeline.commit import FIRST_SLICE, SLICE_SECONDS, next_slice


def test_next_slice_is_smaller_if_the_last_one_took_too_long() -> None:
    assert next_slice(60, 4 * SLICE_SECONDS) == 15


def test_next_slice_is_at_most_twice_as_large() -> None:
    assert next_slice(60, SLICE_SECONDS / 100) == 120
    assert next_slice(60, 0.0) == 120


def test_next_slice_has_an_entry_however_slow_the_last_one_was() -> None:
    assert next_slice(3, 600.0) == 1


async def test_long_document_is_stored_whole_and_counted_once(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        desk.clock.advance(minutes=5)
        others = [(f"n{n}", f"Rain in valley {n}", "It rains.") for n in range(FIRST_SLICE)]
        strait = [(f"m{n}", f"Taiwan Strait transit of ship {n}", "A ship.") for n in range(2)]
        desk.publish(CALM, *others, *strait)

        await desk.poll()

        totals = desk.runtime.totals
        assert totals.entries_new == 1 + FIRST_SLICE + 2
        assert totals.alerts == len(desk.messages())
        (state,) = desk.call(db.feed_states).values()
        assert (state.last_outcome, state.next_due_at) > ("ok", desk.clock())
