"""保持的连接还在不在。 Whether a connection that was kept is still there, without asking the server.

Each thread of a server process keeps one connection. Before the first statement of a request Django asks `SELECT 1` to learn
whether the server went away meanwhile: one round trip more for every request. A server that ends or restarts closes its
sockets, and a closed socket is readable; an idle one that lives is not. So only where something lies there to be read is the
server asked. (A network that swallows packets is noticed by neither; for that are the keepalives of TCP.)
"""

import select

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """连接。 A connection, kept by its thread."""

    def is_usable(self) -> bool:
        """能不能用。 Whether the connection can be used; the server is asked only where its socket has something to say."""
        if self.connection is None:
            return False
        try:
            waiting, _, _ = select.select([self.connection.fileno()], [], [], 0)
        except (OSError, ValueError, psycopg.Error):
            return False
        # In a transaction that failed nothing can be asked any more: that too only the server's answer tells.
        idle = self.connection.info.transaction_status == TransactionStatus.IDLE
        return True if idle and not waiting else bool(super().is_usable())
