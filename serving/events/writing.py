"""What writing needs beside the requests of one worker, from start to stop: the writer, and keys kept fresh."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI
from starlette.requests import Request

from frontpage.store.read.pool import close_pool
from frontpage.store.write.pool import open_writer
from serving.access.keys import kept_fresh


@asynccontextmanager
async def writing(app: FastAPI, pool: asyncpg.Pool) -> AsyncIterator[None]:
    """Open the writer and keep the keys fresh, where any are needed, until the end of the block."""
    async with AsyncExitStack() as stack:
        app.state.writer = await open_writer(app.state.url)
        stack.push_async_callback(close_pool, app.state.writer)
        if app.state.key_ring is not None:
            await stack.enter_async_context(kept_fresh(app.state.key_ring, pool))
        yield


def writer_of(request: Request) -> asyncpg.Pool:
    """The connections that may write, of the application that is answering."""
    writer: asyncpg.Pool = request.app.state.writer
    return writer
