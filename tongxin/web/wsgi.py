"""WSGI 入口。 The WSGI entry."""

import contextlib
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.web.settings")
application = get_wsgi_application()

from django.db import Error, connection  # noqa: E402 - models may be imported now, and not before

from tongxin.law import queries as law  # noqa: E402
from tongxin.places import queries as places  # noqa: E402
from tongxin.places.terms import NotFoundedError  # noqa: E402
from tongxin.web.clock import now  # noqa: E402


def _ready() -> None:
    """先备好地图与清单。 The map and the list of today, made before the first report needs them; without a database, later."""
    with contextlib.suppress(Error, NotFoundedError):
        at, revision = now(), places.city().revision
        day = places.city_day(at)
        places.located(points=[(0.0, 0.0)], day=day, revision=revision)
        places.spot(code="", day=day, revision=revision)
        law.matters(revision, day)
    connection.close()


_ready()
