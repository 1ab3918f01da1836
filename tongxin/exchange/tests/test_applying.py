"""Applications: who may apply on what, what is missing, the answer, delivery, five persons, and a flood."""

from datetime import timedelta

import pytest

from tongxin.exchange.tests.factories import delivered


def test_five_acts_of_four_persons_bring_about_a_grant(db: None) -> None:
    grant = delivered()
    one = grant.application
    assert one is not None and one.state == "delivered"
    assert len({one.applied_by, one.agreed_by, one.answered_by, one.delivered_by}) == 4
    assert (grant.organ, grant.provider, grant.fields) == (
        "bz/education",
        "bz/public-security",
        ["resident_id", "name", "address"],
    )
    assert grant.until - grant.since == timedelta(days=200)
