"""Chunks answered on a Dask cluster: the same function, the same pieces. The one door to ``distributed``."""

import contextlib
import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import FenquError, InputError
from geo.model import Bundle
from layers.bundle import load_bundle
from layers.sites.answer import Terms, Work
from layers.sites.chunks import Chunk
from layers.sites.faults import fault
from layers.sites.pieces import Keep, Piece, passed_on
from layers.sites.workers import MOST_DEATHS, WorkerLostError, lost, outcome, received

if TYPE_CHECKING:
    from distributed import Client

_IN_FLIGHT = 2
"""Chunks a worker has before it: one in hand, one on its way."""

_PATIENCE = "10s"


def check_installed() -> None:
    """Refuse ``--engine dask`` where its library is not there.

    Raises
    ------
    InputError
        Saying how to get it.
    """
    if importlib.util.find_spec("distributed") is None:
        raise InputError(
            fault(
                "--engine",
                "dask",
                "local, or dask with distributed installed",
                zh="没有安装 distributed：pip install -r requirements-dask.txt",
                en="distributed is not installed: pip install -r requirements-dask.txt",
            )
        )


def by_cluster(
    work: Work,
    folder: Path,
    chunks: Iterator[Chunk],
    keep: Keep,
    *,
    workers: int,
    scheduler: str | None,
    ahead: int | None,
) -> Iterator[Piece]:
    """Answer chunks on a cluster.

    Parameters
    ----------
    folder
        Of the bundle: every worker loads it from there once, and refuses one of another digest.
    keep
        Runs here, not in the worker, which may stand elsewhere.
    workers
        Of the cluster that is started here where no ``scheduler`` is named.
    ahead
        As in `layers.sites.workers.by_workers`.

    Yields
    ------
    Piece
        As they are finished, in any order.
    """
    with _client(scheduler, workers) as client:
        yield from _answered(client, work, folder.resolve(), chunks, keep, ahead)


@contextlib.contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator["Client"]:
    """A client of the cluster named, or of one that lives as long as the run."""
    from distributed import Client, LocalCluster  # noqa: PLC0415  optional: --engine dask

    with contextlib.ExitStack() as stack:
        if scheduler is None:
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",  # its pages are off; its port must not clash either
                    scheduler_kwargs={"dashboard": False},
                )
            )
            yield stack.enter_context(Client(cluster))
            return
        try:
            client = stack.enter_context(Client(scheduler, timeout=_PATIENCE))
        except (OSError, ValueError) as error:
            raise InputError(
                fault(
                    "--scheduler",
                    f"{scheduler}: {error}",
                    "tcp://HOST:8786",
                    zh="连接不上 Dask 调度器",
                    en="the Dask scheduler cannot be reached",
                )
            ) from error
        yield client


def _answered(
    client: "Client", work: Work, folder: Path, chunks: Iterator[Chunk], keep: Keep, ahead: int | None
) -> Iterator[Piece]:
    """Pieces as they are finished, with no more chunks on the way than the workers can have before them."""
    from distributed import wait  # noqa: PLC0415  optional: --engine dask

    running: dict[Any, Chunk] = {}
    following = next(chunks, None)
    while running or following is not None:
        most = _IN_FLIGHT * max(1, len(client.nthreads()))
        while following is not None and len(running) < most and _in_turn(following, running, ahead):
            task = client.submit(
                answer_there, str(folder), work.bundle.digest, work.terms, following, pure=False
            )
            running[task] = following
            following = next(chunks, None)
        for task in wait(list(running), return_when="FIRST_COMPLETED").done:
            chunk = running.pop(task)
            yield keep(_result(task, chunk))


def _in_turn(chunk: Chunk, running: dict[Any, Chunk], ahead: int | None) -> bool:
    first = min((other.index for other in running.values()), default=chunk.index)
    return ahead is None or chunk.index < first + ahead


def _result(task: Any, chunk: Chunk) -> Piece:  # noqa: ANN401  a future: its class has no types
    from distributed import KilledWorker  # noqa: PLC0415  optional: --engine dask

    try:
        kind, told = task.result()
    except KilledWorker as error:
        raise WorkerLostError(lost(chunk, str(error), MOST_DEATHS)) from error
    return received(kind, told)


def answer_there(folder: str, digest: str, terms: Terms, chunk: Chunk) -> tuple[str, Any]:
    """Answer a chunk in a worker of the cluster: a piece, or why there is none.

    Parameters
    ----------
    folder
        Of the bundle, as this worker sees it.
    digest
        The bundle must have it: an answer by other layers would be another answer.
    """
    try:
        bundle = _bundle(folder)
    except FenquError as error:
        return "input", error.problems
    if bundle.digest != digest:
        return "input", (
            fault(
                f"--bundle {folder}",
                bundle.digest,
                digest,
                zh="Dask 工作进程看到的数据包与本机不同：两处须为同一版本",
                en="a Dask worker sees another bundle than this machine: both must have the same",
            ),
        )
    return outcome(Work(bundle=bundle, terms=terms), chunk, passed_on)


@lru_cache(maxsize=1)
def _bundle(folder: str) -> Bundle:
    return load_bundle(Path(folder))
