"""Chunks answered by several processes of this machine. Processes, never threads: see ARCHITECTURE.md."""

import gc
import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from typing import Any

from geo.errors import FenquError, InputError
from geo.model import Problem
from layers.geoparquet import give_back
from layers.sites.answer import Work
from layers.sites.faults import fault
from layers.sites.pieces import Keep, Piece, piece_of
from layers.sites.read.chunks import Chunk

MOST_DEATHS = 3
"""How often a chunk may take its worker with it before the run is given up."""

_PATIENCE_S = 5.0


class EngineError(FenquError):
    """Neither input nor output, but whoever should do the work: what was done stays to be gone on with."""


class WorkerLostError(EngineError):
    """A chunk on which worker after worker died: memory ran out, or somebody killed them."""


class WorkerFailedError(RuntimeError):
    """A bug of ours in another process; the text is its traceback."""


def one_by_one(work: Work, chunks: Iterator[Chunk], keep: Keep) -> Iterator[Piece]:
    """Answer chunks in this process."""
    for chunk in chunks:
        yield keep(piece_of(work, chunk))


@dataclass(slots=True, kw_only=True, eq=False)
class _Worker:
    process: Any
    connection: Connection
    chunk: Chunk | None = None


def by_workers(
    work: Work, chunks: Iterator[Chunk], keep: Keep, *, workers: int, ahead: int | None = None
) -> Iterator[Piece]:
    """Answer chunks in processes of this machine; what a worker had in hand when it died is done again.

    Parameters
    ----------
    keep
        Runs in the worker.
    ahead
        How many chunks may be begun beyond the first one unfinished, where whoever takes the pieces must hold
        them until their turn comes; None = any number.

    Yields
    ------
    Piece
        As they are finished, in any order.

    Raises
    ------
    WorkerLostError
        If a chunk takes `MOST_DEATHS` workers with it.
    """
    with closing(_Crew(work, keep, workers)) as crew:
        source = _Ahead(chunks, ahead, workers)
        while True:
            for worker in crew.workers:
                if worker.chunk is None and (chunk := source.next()) is not None:
                    crew.give(worker, chunk)
            if crew.idle():
                return
            source.read_ahead()
            for piece in crew.finished(source):
                source.finished(piece.index)
                yield piece


class _Ahead:
    """Chunks to be handed out: those that came back first, then some read ahead while the workers work."""

    def __init__(self, chunks: Iterator[Chunk], ahead: int | None, most: int) -> None:
        self._chunks = chunks
        self._ahead = ahead
        self._most = most
        self._waiting: deque[Chunk] = deque()
        self._open: set[int] = set()
        self._deaths: dict[int, int] = {}

    def read_ahead(self) -> None:
        """Have as many chunks ready as there are workers."""
        while len(self._waiting) < self._most and (chunk := next(self._chunks, None)) is not None:
            self._waiting.append(chunk)

    def next(self) -> Chunk | None:
        """The next chunk to be begun; None where there is none, or it is not yet its turn."""
        if not self._waiting:
            chunk = next(self._chunks, None)
            if chunk is None:
                return None
            self._waiting.append(chunk)
        first = self._waiting[0].index
        if self._ahead is not None and self._open and first >= min(self._open) + self._ahead:
            return None
        self._open.add(first)
        return self._waiting.popleft()

    def finished(self, index: int) -> None:
        """A chunk is done."""
        self._open.discard(index)

    def back(self, chunk: Chunk, code: int | None) -> None:
        """A chunk whose worker died goes to the head of the queue."""
        self._deaths[chunk.index] = deaths = self._deaths.get(chunk.index, 0) + 1
        if deaths >= MOST_DEATHS:
            ended = f"signal {-code}" if code is not None and code < 0 else f"exit {code}"
            raise WorkerLostError(lost(chunk, ended, deaths))
        self._waiting.appendleft(chunk)


class _Crew:
    """The worker processes, each with a chunk in hand or none."""

    def __init__(self, work: Work, keep: Keep, size: int) -> None:
        self._context = _context()
        self._work = work
        self._keep = keep
        self.workers: list[_Worker] = []
        for _ in range(size):
            self.workers.append(self._hired())

    def _hired(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        others = [worker.connection for worker in self.workers]
        process = self._context.Process(
            target=_work_on, args=(self._work, self._keep, theirs, [*others, ours]), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process=process, connection=ours)

    def idle(self) -> bool:
        """Whether nobody has a chunk in hand."""
        return all(worker.chunk is None for worker in self.workers)

    def give(self, worker: _Worker, chunk: Chunk) -> None:
        """Send a chunk; a worker that is dead by now is found out when its answer is waited for."""
        worker.chunk = chunk
        try:
            worker.connection.send(chunk)
        except OSError:
            worker.process.join(_PATIENCE_S)

    def finished(self, source: _Ahead) -> Iterator[Piece]:
        """Wait for answers, and put new workers in the place of dead ones."""
        busy = {w.connection: w for w in self.workers if w.chunk is not None}
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index]  # these are the connections that were given
            try:
                kind, told = worker.connection.recv()
            except (EOFError, OSError):
                self._replace(worker, source)
                continue
            worker.chunk = None
            yield received(kind, told)

    def _replace(self, worker: _Worker, source: _Ahead) -> None:
        worker.process.join(_PATIENCE_S)
        worker.connection.close()
        self.workers.remove(worker)
        if worker.chunk is not None:
            source.back(worker.chunk, worker.process.exitcode)
        self.workers.append(self._hired())

    def close(self) -> None:
        """Send everybody home; who still works on a chunk that nobody wants any more is stopped."""
        for worker in self.workers:
            worker.connection.close()
        for worker in self.workers:
            if worker.chunk is not None:
                worker.process.terminate()
            worker.process.join(_PATIENCE_S)
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()


def _context() -> ForkContext | SpawnContext:
    """Fork where there is one: the bundle is loaded already, and its pages are shared."""
    if "fork" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _work_on(work: Work, keep: Keep, connection: Connection, others: list[Connection]) -> None:
    """What a worker does until nobody is at the other end."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches all; the main process says what becomes of us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:  # else a worker would keep alive the pipe of another whose main process is gone
        other.close()
    gc.freeze()  # the bundle is not looked through again and again, which would copy its pages
    while True:
        try:
            chunk = connection.recv()
        except (EOFError, OSError):
            return
        try:
            connection.send(outcome(work, chunk, keep))
        except OSError:
            return
        give_back()


def outcome(work: Work, chunk: Chunk, keep: Keep) -> tuple[str, Any]:
    """A piece, or why there is none, in a form that can be sent."""
    try:
        return "piece", keep(piece_of(work, chunk))
    except FenquError as error:
        return "input", error.problems
    except OSError as error:
        return "system", str(error)
    except Exception:  # noqa: BLE001  whatever it is, it is told in full where somebody reads it
        return "bug", traceback.format_exc()


def received(kind: str, told: Any) -> Piece:  # noqa: ANN401  what comes through a pipe
    """What `outcome` gave in another process.

    Raises
    ------
    InputError, EngineError, OSError, WorkerFailedError
        As they happened there.
    """
    if kind == "input":
        raise InputError(told)
    if kind == "engine":
        raise EngineError(told)
    if kind == "system":
        raise OSError(told)
    if kind == "bug":
        raise WorkerFailedError(told)
    piece: Piece = told
    return piece


def lost(chunk: Chunk, ended: str, deaths: int) -> Problem:
    """Why a run is given up whose workers die."""
    return fault(
        f"--workers: chunk {chunk.index}",
        f"{deaths} × {ended}",
        "a worker that lives",
        zh="处理这一段的进程一再意外终止：可能内存不足，请减少 --workers；已完成的部分用 --resume 续跑",
        en="the processes that worked on it died again and again: memory may have run out, use fewer "
        "--workers; --resume goes on with what is done",
    )
