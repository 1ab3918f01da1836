"""在场。 Who is there, by the cookie's secret: the session that lives and the office that is held, asked in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongxin.acts.queries import put
from tongxin.acts.terms import Standing
from tongxin.identity.queries import LIVE_SESSION
from tongxin.identity.rules import session_key
from tongxin.identity.terms import LiveSession
from tongxin.organs.queries import HELD_OFFICE, standing_of

_HELD: Final = HELD_OFFICE.replace("%(person)s", "(SELECT person FROM live)").replace(
    "%(day)s", "(SELECT (%(at)s::timestamptz AT TIME ZONE timezone)::date FROM places_city LIMIT 1)"
)
PRESENT: Final = f"""
WITH live AS MATERIALIZED ({LIVE_SESSION}), held AS ({_HELD})
SELECT live.*, held.* FROM live LEFT JOIN held ON true"""
OF_SESSION: Final = 7  # columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """在场的人。 The session, and the standing through the office that was asked about; None when it is not held."""

    live: LiveSession
    standing: Standing | None


def present(*, secret: str, office: str | None, since: datetime, at: datetime) -> Present | None:
    """谁在场。 The session of a secret that began after `since`, with the standing of `office` on the city's day of `at`.

    None when there is no such session, it has ended, or its account is closed. One statement.
    """
    rows = put(
        PRESENT,
        key=session_key(secret),
        since=since,
        office=(office or "").removeprefix("office:"),
        at=at,
    )
    if not rows:
        return None
    live, held = rows[0][:OF_SESSION], rows[0][OF_SESSION:]
    return Present(live=LiveSession(*live), standing=standing_of(*held) if held[0] is not None else None)
