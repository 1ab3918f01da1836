"""What the attacks stand on: the scene of the permission table, committed in a city of its own, and browsers of its people."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, officer, session_of
from tests.house import permissions
from tests.house.permissions import Scene, set_scene
from tests.plugin import PREFIX, TEMPLATE, WORKING, copy_database, drop_database, use
from tongxin.acts.terms import PLATFORM, Actor
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson

Browse = Callable[..., Client]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene of the permission table, and a second resident whom nothing in it concerns."""
    name = f"{PREFIX}_attack"
    copy_database(TEMPLATE, name)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", _later)
        use(name)
        found = set_scene()
        stranger = Actor(person="person:stranger")
        open_account(
            actor=PLATFORM, at=NOW, person=NewPerson(ref=stranger.person, name="路人", login="stranger")
        )
        found.people["stranger"] = session_of(stranger, "stranger")  # type: ignore[index]
        found.people["elsewhere"] = session_of(officer("bz/371603/culture"), "elsewhere")  # type: ignore[index]
        yield found
        use(WORKING)
    drop_database(name)


def _later() -> datetime:
    return permissions.LATER + timedelta(minutes=1)


@pytest.fixture
def browser(scene: Scene) -> Browse:
    """A browser of one of the scene's people: `browser("resident")`; `browser(None)` is nobody's."""

    def of(who: str | None, **more: Any) -> Client:
        client = Client(raise_request_exception=False, **more)
        held = scene.people[who] if who else None
        if held is not None:
            session = client.session
            session["who"] = held
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return of
