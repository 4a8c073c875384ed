"""A load of page requests from outside the server: fixed rate, or as many as it takes."""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle


@dataclass(frozen=True, slots=True)
class Load:
    """Latencies in milliseconds, sorted, and how many requests failed."""

    latencies_ms: tuple[float, ...]
    failures: int
    seconds: float

    def percentile(self, share: float) -> float:
        """Latency under which ``share`` of the requests lie."""
        index = min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))
        return self.latencies_ms[index]

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return len(self.latencies_ms) / self.seconds


class _Client(threading.Thread):
    def __init__(
        self, port: int, paths: Sequence[str], cookie: str, ticks: "_Ticks", until: float
    ) -> None:
        super().__init__(daemon=True)
        self.port, self.paths, self.cookie = port, cycle(paths), cookie
        self.ticks, self.until = ticks, until
        self.latencies: list[float] = []
        self.failures = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while time.perf_counter() < self.until:
            due = self.ticks.next()
            wait = due - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            # Measured from the moment the request was due: waiting for a busy client counts too.
            began = min(due, time.perf_counter()) if self.ticks.rate else time.perf_counter()
            try:
                connection.request("GET", next(self.paths), headers={"Cookie": self.cookie})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.failures += 1
                    continue
            except (OSError, http.client.HTTPException):
                self.failures += 1
                connection.close()
                continue
            self.latencies.append((time.perf_counter() - began) * 1000)


class _Ticks:
    """Due moments of requests, shared by all clients; rate 0 means at once."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._next = time.perf_counter()

    def next(self) -> float:
        if not self.rate:
            return time.perf_counter()
        with self._lock:
            due = self._next
            self._next += 1 / self.rate
            return due


def drive(
    port: int, paths: Sequence[str], cookie: str, *, seconds: float, rate: float, clients: int
) -> Load:
    """Request pages from 127.0.0.1 for some seconds, ``rate`` a second (0: as fast as answered)."""
    began = time.perf_counter()
    ticks = _Ticks(rate)
    share = max(1, len(paths) // clients)
    threads = [
        _Client(port, paths[i * share : (i + 1) * share] or paths, cookie, ticks, began + seconds)
        for i in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(
        latencies_ms=tuple(sorted(x for t in threads for x in t.latencies)),
        failures=sum(t.failures for t in threads),
        seconds=time.perf_counter() - began,
    )
