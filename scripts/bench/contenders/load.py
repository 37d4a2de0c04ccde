"""The load generator: asks a server and takes the time of every answer. It knows nothing of Fenqu.

**Closed**: so many clients, each of which asks again as soon as it is answered. **Open**: requests leave by a
timetable whether or not earlier ones were answered, as those of people who know nothing of each other do; a
time runs from the moment in the timetable, so that a server (or a generator) that stands still is charged for
all who waited meanwhile, not for one.

Each request has a connection of its own, and its time ends with the last byte of the answer. The answer is
asked for as a browser asks, compressed.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import aiohttp
import numpy as np
import orjson

from scripts.bench.process import Found, serve

_PATIENCE_S = 60.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the requests: milliseconds of each that was answered with 200, and faults by name."""

    spent_ms: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    bytes_read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked; a ``body`` is posted as JSON."""

    path: str
    body: bytes | None


def closed(job: Found) -> Found:
    """Ask ``count`` times, ``clients`` at a time."""
    return _measured(job, lambda ask, requests: _in_turn(ask, requests, job["clients"]))


def opened(job: Found) -> Found:
    """Ask ``count`` times, at random moments of ``rate`` a second (Poisson, from a fixed seed)."""
    gaps = np.random.default_rng(17).exponential(1.0 / job["rate"], job["count"])
    return _measured(job, lambda ask, requests: _by_timetable(ask, requests, np.cumsum(gaps).tolist()))


Ask = Callable[[Request, float], Awaitable[None]]


def _measured(job: Found, work: Callable[[Ask, list[Request]], Awaitable[None]]) -> Found:
    requests = list(_read(Path(job["requests"])))
    asyncio.run(_run(job["url"], requests, job["warm_up"], Tally(), lambda a, r: _in_turn(a, r, 2)))
    tally, wanted = Tally(), list(islice(cycle(requests), job["count"]))
    before_s, started = time.process_time(), time.perf_counter()
    asyncio.run(_run(job["url"], wanted, None, tally, work))
    return _told(tally, time.perf_counter() - started, time.process_time() - before_s)


async def _run(
    url: str,
    requests: list[Request],
    most: int | None,
    tally: Tally,
    work: Callable[[Ask, list[Request]], Awaitable[None]],
) -> None:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    patience = aiohttp.ClientTimeout(total=_PATIENCE_S)
    async with aiohttp.ClientSession(url, connector=connector, timeout=patience) as session:
        await work(lambda request, since: _ask(session, request, since, tally), requests[:most])


async def _in_turn(ask: Ask, requests: Sequence[Request], clients: int) -> None:
    waiting = iter(requests)

    async def client() -> None:
        for request in waiting:  # shared by all: each takes the next
            await ask(request, time.perf_counter())

    await asyncio.gather(*(client() for _ in range(clients)))


async def _by_timetable(ask: Ask, requests: Sequence[Request], moments_s: Sequence[float]) -> None:
    begun = time.perf_counter()
    under_way = set[asyncio.Task[None]]()
    for request, moment_s in zip(requests, moments_s, strict=True):
        due = begun + moment_s
        await asyncio.sleep(max(due - time.perf_counter(), 0.0))
        task = asyncio.ensure_future(ask(request, due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)


async def _ask(session: aiohttp.ClientSession, request: Request, since: float, tally: Tally) -> None:
    """Ask; whatever is no whole answer with status 200 is a fault."""
    method = "GET" if request.body is None else "POST"
    headers = {} if request.body is None else {"Content-Type": "application/json"}
    try:
        async with session.request(method, request.path, data=request.body, headers=headers) as answer:
            tally.bytes_read += len(await answer.read())
            status = answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        tally.faults[type(error).__name__] += 1
        return
    if status == 200:
        tally.spent_ms.append((time.perf_counter() - since) * 1e3)
    else:
        tally.faults[str(status)] += 1


def _read(path: Path) -> Iterator[Request]:
    for line in path.read_bytes().splitlines():
        told = orjson.loads(line)
        body = told["body"]
        yield Request(path=told["path"], body=None if body is None else orjson.dumps(body))


def _told(tally: Tally, whole_s: float, processor_s: float) -> Found:
    answered, asked = len(tally.spent_ms), len(tally.spent_ms) + tally.faults.total()
    levels = np.percentile(tally.spent_ms, (50, 90, 99, 100)).tolist() if answered else [0.0] * 4
    return {
        **dict(zip(("p50_ms", "p90_ms", "p99_ms", "worst_ms"), levels, strict=True)),
        "asked": asked,
        "per_s": answered / whole_s,
        "faults": dict(tally.faults),
        "client_ms": processor_s / max(asked, 1) * 1e3,
        "kilobytes": tally.bytes_read / max(answered, 1) / 1e3,
    }


if __name__ == "__main__":
    serve({"closed": closed, "open": opened})
