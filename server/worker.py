"""Gunicorn's threaded worker, less eager: it takes a connection only when it can answer it.

The worker it is made from accepts while its one thread is busy, and what it accepted waits there, for
minutes behind a long batch, though another worker is free. And it gives its thread for five seconds to a
connection that says nothing, such as browsers open on suspicion. Here a busy worker accepts nothing, and
silence waits outside the thread. Connections are not kept alive (``--keep-alive 0``): those that are would
always be served before those that wait.
"""

import selectors
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

_SILENCE_S = 5
"""How long a connection may say nothing."""


class FreeWorker(ThreadWorker):
    """A worker that accepts while it is free. Its methods all run in the main thread, one after the other."""

    under_way = 0

    def run(self) -> None:
        """Serve; and look out for another bundle from the start, not only from the first request on."""
        live = getattr(self.wsgi, "extensions", {}).get("fenqu_live")
        if live is not None:
            live.watch()
        super().run()

    def accept(self, listener: Any) -> None:  # noqa: ANN401  # a socket
        """Take a connection, and wait in the poller for what it says."""
        try:
            client, address = listener.accept()
        except OSError:  # another worker was faster, or the client has left
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        client.setblocking(False)  # noqa: FBT003  # the one way to call it
        conn.timeout = time.monotonic() + _SILENCE_S
        self.pending_conns.append(conn)
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a connection that has spoken to the thread."""
        self.under_way += 1
        self.set_accept_enabled(enabled=False)
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:  # noqa: ANN401  # a future of gunicorn's own
        """Take the connection back from the thread."""
        self.under_way -= 1
        super().finish_request(conn, fs)
        self.set_accept_enabled(enabled=self.alive)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # gunicorn's signature
        """Accept or not; never while the thread is busy."""
        super().set_accept_enabled(enabled and self.under_way < self.cfg.threads)
