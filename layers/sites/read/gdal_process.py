"""GDAL in a process of its own: whatever a file makes it do, it does there, within limits of memory and time.

The process is forked, so that nothing is imported anew (some 10 ms), and speaks JSON and Arrow only. It ends
with the reading; where its limits end it, or a fault of GDAL's, there is one error in the asking process.
"""

import contextlib
import faulthandler
import gc
import json
import os
import resource
import signal
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from geo.errors import InternalError, UnreadableError
from layers import gdal
from layers.sites.read.sources import unreadable

MOST_BYTES = 2 << 30
"""Memory that reading may take beyond what the asking process has, bytes."""

MOST_CPU_S = 300
"""Processor time that reading one file may take, seconds; 10⁶ features take some ten."""

MOST_BATCH_BYTES = 1 << 30
"""Largest batch of rows that is taken over, bytes."""

_INFO, _SCHEMA, _BATCH, _ERROR, _END = b"i", b"s", b"b", b"e", b"."
_RAISED = (LookupError, KeyError, IndexError, ValueError, NameError, TypeError)
_LAYERS = "layers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be read of a file.

    Attributes
    ----------
    layer
        Name of the layer.
    rows
        Rows of a batch; 0 = its head alone.
    encoding
        Of its texts; None = as GDAL thinks.
    options, config
        Options of opening, and of GDAL as a whole while it reads.
    """

    layer: str
    rows: int = 0
    encoding: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A layer being read; its batches are read to their end before anything else is asked.

    Attributes
    ----------
    fields
        Names of its attributes.
    geometry
        Name of the column of geometries, None where there is none.
    crs
        As GDAL names it; None where the file does not.
    features
        Rows it says it has, -1 where it does not say.
    """

    fields: tuple[str, ...]
    geometry: str | None
    crs: str | None
    features: int
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


class GdalProcess:
    """A process that reads one file; to be closed.

    Errors are raised as pyogrio raises them, and `UnreadableError` where reading took too much.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._busy = False
        self._pipe, theirs = Pipe()
        _known()  # GDAL is imported here, not anew by every process
        self._pid = os.fork()
        if not self._pid:
            self._pipe.close()
            _alone(path, theirs)
        theirs.close()

    def layers(self) -> dict[str, str | None]:
        """Kind of geometry by the name of the layer; None for a table without any."""
        [answer] = self._asked(_LAYERS)
        found: dict[str, str | None] = json.loads(answer[1:])
        return found

    def read(self, question: Question) -> Reading:
        """Begin to read a layer."""
        messages = self._asked(asdict(question))
        about = json.loads(next(messages)[1:])
        schema = pa.ipc.read_schema(_content(next(messages)))
        batches = map(_batch, messages)
        return Reading(
            fields=tuple(about["fields"]),
            geometry=about["geometry"],
            crs=about["crs"],
            features=about["features"],
            schema=schema,
            batches=batches if question.rows else iter(list(batches)),
        )

    def close(self) -> None:
        """End it, whatever it is at."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._ended()

    def _asked(self, question: object) -> Iterator[bytes]:
        """What it answers, message by message, up to the end."""
        if self._busy or not self._pid:
            raise InternalError(
                unreadable(self._name, question, zh="未读完", en="not read to its end").problems
            )
        self._busy = True
        try:
            self._pipe.send_bytes(json.dumps(question).encode())
            while (message := self._pipe.recv_bytes(MOST_BATCH_BYTES))[:1] != _END:
                if message[:1] == _ERROR:
                    raise _raised(self._name, *json.loads(message[1:]))
                yield message
            self._busy = False
        except EOFError:
            raise _took_too_much(self._name, self._ended()) from None
        except OSError as error:  # a message too long, after which the pipe is closed, or nobody to ask
            self.close()
            raise _took_too_much(self._name, str(error)) from None

    def _ended(self) -> str:
        """How it ended, once it has."""
        self._pipe.close()
        status, self._pid = os.waitpid(self._pid, 0)[1], 0
        return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "ended"


def _batch(message: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(_content(message)) as stream:
        return stream.read_next_batch()


def _content(message: bytes) -> pa.Buffer:
    return pa.py_buffer(memoryview(message)[1:])


def _alone(path: Path, pipe: Connection) -> NoReturn:
    """The forked process: answers what it is asked until nobody asks; nothing of its parent's is touched."""
    try:
        gc.disable()
        faulthandler.disable()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # GDAL tells of its faults there
        _limit()
        while True:
            _answer(path, json.loads(pipe.recv_bytes()), pipe)
            pipe.send_bytes(_END)
    except BaseException as error:  # noqa: BLE001 (told to who asked)
        with contextlib.suppress(BaseException):
            pipe.send_bytes(_ERROR + json.dumps([type(error).__name__, str(error)]).encode())
    finally:
        os._exit(0)


def _limit() -> None:
    """Memory beyond what was inherited, and time of the processor."""
    with Path("/proc/self/statm").open("rb") as stream:
        most = int(stream.read().split()[0]) * resource.getpagesize() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(path: Path, question: Any, pipe: Connection) -> None:  # noqa: ANN401 (JSON)
    """Names of the layers, or a layer's head and its rows."""
    if question == _LAYERS:
        names = {str(name): kind for name, kind in gdal.list_layers(path).tolist()}
        pipe.send_bytes(_INFO + json.dumps(names).encode())
        return
    gdal.set_gdal_config_options(question["config"])
    how = {"layer": question["layer"], "encoding": question["encoding"], **question["options"]}
    info = gdal.read_info(path, **how)
    about = {"crs": info["crs"], "features": int(info["features"]), "fields": [*map(str, info["fields"])]}
    with gdal.open_arrow(path, batch_size=question["rows"] or 1, use_pyarrow=True, **how) as (
        meta,
        reader,
    ):
        spatial = info["geometry_type"] is not None
        about["geometry"] = (meta["geometry_name"] or "wkb_geometry") if spatial else None
        pipe.send_bytes(_INFO + json.dumps(about).encode())
        pipe.send_bytes(_SCHEMA + reader.schema.serialize().to_pybytes())
        for batch in reader if question["rows"] else ():
            sink = pa.BufferOutputStream()
            sink.write(_BATCH)
            with pa.ipc.new_stream(sink, batch.schema) as stream:
                stream.write_batch(batch)
            pipe.send_bytes(sink.getvalue())


def _raised(name: str, kind: str, text: str) -> Exception:
    """What was raised there, as something that can be raised here."""
    if kind == MemoryError.__name__:
        return _took_too_much(name, kind)
    if kind.startswith("Unicode"):
        return UnicodeError(text)
    known = _known().get(kind)
    return RuntimeError(f"{kind} {text}") if known is None else known(text)


@cache
def _known() -> dict[str, type]:
    """Errors by their names."""
    return {one.__name__: one for one in (*_RAISED, *vars(gdal.errors).values()) if isinstance(one, type)}


def _took_too_much(name: str, given: str) -> UnreadableError:
    return unreadable(
        name,
        given,
        allowed=f"≤ {MOST_BYTES >> 30} GB, {MOST_CPU_S} s",
        zh="读取此文件占用的内存或时间过多，或文件损坏使读取中断，已停止；请拆分，或另存为其他格式",
        en="reading the file took too much memory or time, or broke off: split it, or save it in another "
        "format",
    )
