"""Look-ups that come together are one statement."""

import asyncio

import pytest

from serving.coalescing import Coalescer


class Asked:
    """A look-up that remembers its batches and answers when told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()

    async def __call__(self, keys: list[int]) -> dict[int, int]:
        self.batches.append(keys)
        await self.go.wait()
        return {key: key * 10 for key in keys}


async def test_keys_of_one_turn_are_one_batch_each_once():
    """Ten requests for five readers are one statement for five."""
    asked = Asked()
    asked.go.set()
    look_ups = Coalescer(asked)
    found = await asyncio.gather(*(look_ups.get(n % 5) for n in range(10)))
    assert asked.batches == [[0, 1, 2, 3, 4]]
    assert found == [0, 10, 20, 30, 40] * 2


async def test_what_comes_while_the_lanes_are_busy_waits_for_the_next_batch():
    """With one lane, the second and third request share a statement, cut at the largest batch."""
    asked = Asked()
    look_ups = Coalescer(asked, lanes=1, max_batch=2)
    futures = [look_ups.get(0)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    futures += [look_ups.get(n) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    assert (asked.batches, len(look_ups)) == ([[0]], 3)
    asked.go.set()
    assert await asyncio.gather(*futures) == [0, 10, 20, 30]
    assert asked.batches == [[0], [1, 2], [3]]


async def test_a_failure_is_raised_to_all_who_ask_or_wait():
    """Each caller gets the error; the next look-up is a new one."""
    fails = [False, True]

    async def look_up(keys: list[int]) -> dict[int, int]:
        await asyncio.sleep(0)
        if fails.pop():
            raise OSError("away")
        return dict.fromkeys(keys, 1)

    look_ups = Coalescer(look_up, lanes=1)
    first = look_ups.get(1)
    await asyncio.sleep(0)
    answers = await asyncio.gather(first, look_ups.get(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [OSError, OSError]
    assert await look_ups.get(1) == 1


async def test_a_caller_that_gave_up_does_not_disturb_the_others():
    """A cancelled future is passed over."""
    asked = Asked()
    look_ups = Coalescer(asked)
    left, stayed = look_ups.get(1), look_ups.get(2)
    await asyncio.sleep(0)
    left.cancel()
    asked.go.set()
    assert await stayed == 20
    with pytest.raises(asyncio.CancelledError):
        await left
