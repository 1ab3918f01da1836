"""编造的号码。 Invented numbers for the demo and its sample sources; pure."""

from datetime import date, timedelta
from typing import Final

from tongxin.identity.rules import resident_check

AREA: Final = "999999"  # no area has this code: whoever knows the numbers sees that they are nobody's


def sample_number(nth: int) -> str:
    """编造的公民身份号码。 The invented number of the nth resident: valid in form, of an area that does not exist."""
    born = date(1950, 1, 1) + timedelta(days=nth * 61 % 25_000)
    first = f"{AREA}{born:%Y%m%d}{nth % 1000:03d}"
    return first + resident_check(first)
