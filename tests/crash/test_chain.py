"""A chain of crashes at random points, with a restart after each."""

from crash.chain import Chain


async def test_chain_of_crashes_loses_no_alert_and_repeats_at_most_once_a_crash(tmp_path) -> None:
    tally = await Chain(tmp_path, seed=20).run(6)

    assert tally.is_good, tally
    assert tally.kills.total() == 6
