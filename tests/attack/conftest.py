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
from tests.plugin import TEMPLATE, copy_of
from tongxin.acts.terms import PLATFORM, Actor
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson

Browse = Callable[..., Client]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene of the permission table, and a second resident whom nothing in it concerns."""
    with copy_of(TEMPLATE, django_db_blocker), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", _later)
        found = set_scene()
        stranger = Actor(person="person:stranger")
        open_account(
            actor=PLATFORM, at=NOW, person=NewPerson(ref=stranger.person, name="路人", login="stranger")
        )
        found.people["stranger"] = session_of(stranger, "stranger")  # type: ignore[index]
        found.people["elsewhere"] = session_of(officer("bz/371603/culture"), "elsewhere")  # type: ignore[index]
        yield found


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
