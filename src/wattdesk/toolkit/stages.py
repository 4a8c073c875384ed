"""Seconds spent per named stage of a piece of work (durations, not moments)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """Adds up seconds by stage; the order of first use is kept."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside and add it to the stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - began

    def rounded(self) -> dict[str, float]:
        """Seconds to the millisecond, for storing."""
        return {name: round(value, 3) for name, value in self.seconds.items()}
