"""Events of new data for Airflow: the lines of `frontpage arrivals`, which looks and decides."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

#: Between two starts of a process that ended.
_PAUSE_SECONDS = 30.0


class ArrivalsTrigger(BaseEventTrigger):
    """One event for each line `{"as_of": ..., "reason": ...}` that the verb prints; it runs while the trigger does."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the triggerer makes it anew."""
        return "plugins.arrivals_trigger.ArrivalsTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """The events, for ever; a process that ended is started again after a pause."""
        program = str(Path(sys.executable).with_name("frontpage"))
        while True:
            process = await asyncio.create_subprocess_exec(
                program, "arrivals", stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
            try:
                assert process.stdout is not None
                async for line in process.stdout:
                    if (event := event_of(line.decode(errors="replace"))) is not None:
                        yield TriggerEvent(event)  # type: ignore[no-untyped-call]  # Airflow's
            finally:
                if process.returncode is None:
                    process.terminate()
            await asyncio.sleep(_PAUSE_SECONDS)


def event_of(line: str) -> dict[str, Any] | None:
    """What a line says; None for one that is no event: an event without a time would start a run about no moment."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and event.get("as_of") and "reason" in event else None
