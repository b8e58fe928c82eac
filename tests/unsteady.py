"""A line to a server that can be held or cut, as networks and stopped machines do it."""

import select
import socket
from contextlib import contextmanager, suppress
from threading import Event, Thread


class Line:
    """Passes on what comes to `port`. Held, it takes all and passes on nothing; cut, it refuses."""

    def __init__(self, target):
        self.target = target
        self.flowing = Event()
        self.flowing.set()
        self.over = False
        self.ends = []
        self.listener = None
        self.port = 0
        self.mend()

    def hold(self):
        self.flowing.clear()

    def release(self):
        self.flowing.set()

    def cut(self):
        # Closed alone, a listener takes one more while another thread waits in `accept`. What
        # is closed already cannot be shut; what is open is shut for both sides.
        for end in (self.listener, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def mend(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def close(self):
        self.over = True
        self.release()
        self.cut()

    def _accept(self, listener):
        # The listener is closed under its own feet when the line is cut.
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                Thread(target=self._pass_on, args=[near], daemon=True).start()

    def _pass_on(self, near):
        with suppress(OSError), near, socket.create_connection(self.target) as far:
            self.ends += [near, far]
            other = {near: far, far: near}
            while not self.over:
                ready, _, _ = select.select([near, far], [], [], 0.1)
                for end in ready:
                    self.flowing.wait()
                    if not (received := end.recv(65536)):
                        return
                    other[end].sendall(received)


@contextmanager
def line_to(target):
    """A Line to a (host, port)."""
    line = Line(target)
    try:
        yield line
    finally:
        line.close()
