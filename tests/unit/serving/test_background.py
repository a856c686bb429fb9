"""Work beside the requests ends with its block, whatever it does with the word to end."""

import asyncio

import pytest

from serving.http.background import beside


async def test_who_loses_the_word_once_is_told_again():
    """As a library does whose answer comes at the moment of the cancelling."""
    words = []

    async def deaf_once() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            words.append("lost")
        await asyncio.sleep(60)

    async with asyncio.timeout(5):
        async with beside(deaf_once()):
            await asyncio.sleep(0)
    assert words == ["lost"]


async def test_work_that_failed_says_so_at_the_end():
    """Nothing is swallowed but the cancelling itself."""

    async def failing() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async with beside(failing()):
            await asyncio.sleep(0.01)
