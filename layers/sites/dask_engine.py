"""Chunks answered on a Dask cluster: the same function, the same pieces. The one door to ``distributed``."""

import contextlib
import importlib.util
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import FenquError, InputError
from geo.model import Bundle
from layers.bundle import load_bundle
from layers.editions import history
from layers.sites.answer import Terms, Work
from layers.sites.faults import fault
from layers.sites.pieces import Keep, Piece, passed_on
from layers.sites.read.chunks import Chunk
from layers.sites.workers import MOST_DEATHS, EngineError, WorkerLostError, lost, outcome, received

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
            raise EngineError(
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

    asked = Asked(folder=str(folder), digest=work.bundle.digest, token=secrets.token_hex(8), terms=work.terms)
    running: dict[Any, Chunk] = {}
    following = next(chunks, None)
    while running or following is not None:
        most = _IN_FLIGHT * max(1, len(client.nthreads()))
        while following is not None and len(running) < most and _in_turn(following, running, ahead):
            task = client.submit(answer_there, asked, following, pure=False)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a worker of the cluster is told with each chunk, and makes its own of once.

    Attributes
    ----------
    folder
        Of the bundle, as the worker sees it.
    digest
        The bundle must have it: an answer by other layers would be another answer.
    token
        Name of the run; it stands for the terms.
    """

    folder: str
    digest: str
    token: str
    terms: Terms = field(compare=False)


def answer_there(asked: Asked, chunk: Chunk) -> tuple[str, Any]:
    """Answer a chunk in a worker of the cluster: a piece, or why there is none."""
    try:
        work = _work(asked)
    except FenquError as error:
        return "engine", error.problems
    return outcome(work, chunk, passed_on)


@lru_cache(maxsize=1)
def _work(asked: Asked) -> Work:
    bundle = _bundle(asked.folder, asked.digest)
    if bundle.digest == asked.digest:
        return Work(bundle=bundle, terms=asked.terms)
    raise EngineError(
        fault(
            f"--bundle {asked.folder}",
            bundle.digest,
            asked.digest,
            zh="Dask 工作进程看到的数据包与本机不同：两处须为同一版本",
            en="a Dask worker sees another bundle than this machine: both must have the same",
        )
    )


@lru_cache(maxsize=1)
def _bundle(folder: str, digest: str) -> Bundle:
    """The bundle of a folder; kept from run to run for as long as the same is asked for.

    Where another state was accepted since the run began, the one it began with.
    """
    bundle = load_bundle(Path(folder))
    earlier = [] if bundle.digest == digest else history(Path(folder))
    numbers = [state.number for state in earlier if state.digest == digest]
    return load_bundle(Path(folder), state=numbers[-1]) if numbers else bundle
