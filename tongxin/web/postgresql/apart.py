"""另开一条连接。 A connection of its own beside Django's, to the same database, as the same role, by the same settings."""

from typing import Any

import psycopg
from django.db import connections
from psycopg.conninfo import make_conninfo

FOR_PSYCOPG = "prepare_threshold"  # no word of a connection string


def connected(alias: str, *, name: str, **more: Any) -> psycopg.Connection[Any]:
    """连上。 A connection that commits each statement, under a name of its own; `more` goes before what the settings say.

    What the settings say beside the address is kept: certificates, for example. Raises psycopg.Error.
    """
    held = connections[alias].settings_dict
    options = {key: value for key, value in held["OPTIONS"].items() if key != FOR_PSYCOPG}
    where = {
        "host": held["HOST"] or None,
        "port": held["PORT"] or None,
        "user": held["USER"] or None,
        "password": held["PASSWORD"] or None,
        "dbname": held["NAME"],
    }
    return psycopg.connect(
        make_conninfo(**{**options, **where, **more, "application_name": name}), autocommit=True
    )
