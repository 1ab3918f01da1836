"""A grant in a served sample city, so that generated calls have something to meet: five acts of four persons, as people do them.

Run with the platform's own Python and the served city's TONGXIN_DATA (or TONGXIN_DSN); prints what a caller has to say, as JSON.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tongxin.web.console import environment

USER, PROVIDER = "bz/education", "bz/public-security"
FIELDS = ("resident_id", "name", "address")


def main() -> None:
    """Grant, and say so."""
    environment.open_database(data=environment.data_folder(), create=False)
    from tongxin.acts.terms import Actor  # models may be imported only after the database was found
    from tongxin.exchange import operations
    from tongxin.exchange.terms import Manner, Purpose, Wanted
    from tongxin.organs.models import Holding

    def holder(organ: str, post: str) -> Actor:
        held = Holding.objects.select_related("office").filter(
            office__organ__code=organ, office__post=post, valid_to=None
        )
        one = held.order_by("office__code")[0]
        return Actor(person=one.person, office=f"office:{one.office.code}")

    at = datetime.now(UTC)
    asked = Wanted(
        item="data:s003", fields=FIELDS, purpose=Purpose.ELIGIBILITY,
        clauses=("law:cn/residence-permits@2015-11-26#a12",),
        scenario="义务教育入学报名时，核对监护人是否持有本市居住证",
        scope="本年度报名入学的监护人，由招生科两名工作人员使用",
        manner=Manner.INTERFACE, until=at + timedelta(days=200), calls=100_000, rows=200_000, persons=50_000,
    )  # fmt: skip
    caller = holder(USER, "data_officer")
    number = operations.apply_data(actor=caller, at=at, wanted=asked)
    operations.agree_data(actor=holder(USER, "data_head"), at=at, number=number)
    operations.consent_data(actor=holder(PROVIDER, "data_head"), at=at, number=number)
    grant = operations.deliver_data(actor=holder(PROVIDER, "data_officer"), at=at, number=number, duties="")
    json.dump(
        {"office": caller.office, "grant": grant, "fields": FIELDS, "purpose": asked.purpose.value},
        sys.stdout,
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
