"""What runs beside the requests of one worker from start to stop: the keys are kept fresh."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from serving.keys import kept_fresh


@asynccontextmanager
async def writing(app: FastAPI, pool: asyncpg.Pool) -> AsyncIterator[None]:
    """Keep the key ring fresh until the end of the block, where there is one."""
    if app.state.key_ring is None:
        yield
        return
    async with kept_fresh(app.state.key_ring, pool):
        yield
