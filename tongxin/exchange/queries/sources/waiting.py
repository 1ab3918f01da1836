"""等多久。 How long a source may take: a socket that is not done by then is shut, whatever it is doing."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator

from tongxin.exchange.terms import Came, SourceFault


@contextlib.contextmanager
def bounded(descriptor: int, seconds: float) -> Iterator[None]:
    """限时。 Shuts the socket when the time is up: reads end at once, however slowly the other side drips.

    Raises SourceFault then, instead of what the broken read raised.
    """
    held = socket.socket(fileno=os.dup(descriptor))
    late = threading.Event()

    def shut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise SourceFault(Came.UNREACHABLE, "the source took too long") from error
        raise
    finally:
        timer.cancel()
        held.close()
    if late.is_set():
        raise SourceFault(Came.UNREACHABLE, "the source took too long")
