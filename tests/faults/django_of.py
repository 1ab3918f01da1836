"""Django in this very process, on the database of the city that suffers: for the ledger's own verification."""

import json
import os
from collections.abc import Callable, Mapping

import psycopg

from tests.faults.city import City


def verifier(city: City) -> Callable[[list[str]], Mapping[str, object]]:
    """Set Django up on a city's database, which need not run yet: once in a process, before anything imports models.

    Returns the ledger's verification. Raises psycopg.OperationalError where the database goes away meanwhile.
    """
    held = json.loads((city.data / "cluster.json").read_text())
    secret = json.loads((city.data / "secrets.json").read_text())["app_password"]
    where = f"127.0.0.1:{held['port']}/tongxin"
    os.environ.update(
        TONGXIN_DATA=str(city.data),
        TONGXIN_OWNER_DSN=f"postgresql://tongxin_owner:{held['password']}@{where}",
        TONGXIN_APP_DSN=f"postgresql://tongxin_app:{secret}@{where}",
        TONGXIN_POOL="0",
        DJANGO_SETTINGS_MODULE="tongxin.web.settings",
    )
    import django

    django.setup()

    from django.db import OperationalError, connections

    from tongxin.web import ground

    def verify(kept: list[str]) -> Mapping[str, object]:
        try:
            return ground.verify(kept=kept)
        except OperationalError as error:
            raise psycopg.OperationalError(str(error)) from error
        finally:
            connections.close_all()

    return verify
