"""Applications and grants of the sample city, through the real acts, in the field's words. For every test of lawful data.

The story: the education bureau (`bz/education`) checks against the public security bureau's residence permits (`data:s003`) whether a
child's guardian may have a school place, on 居住证暂行条例 art. 12 (education for who holds a permit).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.factories import NOW, officer
from tongxin.acts.terms import Actor
from tongxin.exchange import operations
from tongxin.exchange.models import Application, Grant
from tongxin.exchange.operations.common import authority
from tongxin.exchange.terms import Manner, Purpose, Revision, Wanted

USER, PROVIDER = "bz/education", "bz/public-security"
PERMITS, ASSISTANCE = "data:s003", "data:s004"
BASIS = (
    "law:cn/residence-permits@2015-11-26#a12"  # 县级以上人民政府及其有关部门应当为居住证持有人提供……义务教育
)
ASSISTANCE_BASIS = "law:cn/social-assistance@2026-04-30#a4.p3"  # names education among who gives assistance
DAY = timedelta(days=1)


def data_officer(organ: str, nth: int = 0) -> Actor:
    """Who holds the post of data-sharing officer at an organ."""
    return officer(organ, "data_officer", nth)


def data_head(organ: str) -> Actor:
    """The head of an organ's office for sharing data."""
    return officer(organ, "data_head")


def wanted(**given: Any) -> Wanted:
    """What the education bureau asks for, complete, unless said otherwise."""
    base = Wanted(
        item=PERMITS,
        fields=("resident_id", "name", "address"),
        purpose=Purpose.ELIGIBILITY,
        clauses=(BASIS,),
        scenario="义务教育入学报名时，核对监护人是否持有本市居住证",
        scope="本年度报名入学的监护人，由招生科两名工作人员使用",
        manner=Manner.INTERFACE,
        until=NOW + 200 * DAY,
        calls=10_000,
        rows=20_000,
        persons=5_000,
    )
    return replace(base, **given)


def drafted(at: datetime = NOW, *, organ: str = USER, **given: Any) -> Application:
    """An application that waits for its own head."""
    number = operations.apply_data(actor=data_officer(organ), at=at, wanted=wanted(**given))
    return fresh(number)


def filed(at: datetime = NOW, *, organ: str = USER, **given: Any) -> Application:
    """An application that its head agreed to: the provider's clock runs."""
    row = drafted(at, organ=organ, **given)
    operations.agree_data(actor=data_head(organ), at=at, number=row.number)
    return fresh(row.number)


def consented(at: datetime = NOW, **given: Any) -> Application:
    """An application that the provider's head consented to: the clock of delivery runs."""
    row = filed(at, **given)
    operations.consent_data(actor=data_head(row.provider), at=at, number=row.number)
    return fresh(row.number)


def delivered(at: datetime = NOW, *, duties: str = "", **given: Any) -> Grant:
    """A grant, brought about by five acts of four persons, which holds from `at` on."""
    row = consented(at, **given)
    number = operations.deliver_data(
        actor=data_officer(row.provider), at=at, number=row.number, duties=duties
    )
    return Grant.objects.select_related("application", "source", "meter").get(number=number)


def inspector(nth: int = 0) -> Actor:
    """A data-sharing officer of the authority."""
    return data_officer(authority(), nth)


def fresh(number: str) -> Application:
    """An application as it stands now."""
    return Application.objects.get(number=number)


def fresh_grant(number: str) -> Grant:
    """A grant as it stands now."""
    return Grant.objects.select_related("application", "source", "meter").get(number=number)


def number_of(grant: Grant) -> str:
    """The number of the application a grant came from."""
    assert grant.application is not None
    return grant.application.number


def disputed(grant: Grant) -> tuple[int, int]:
    """The user reports an error in what it got, and raises a dispute; the numbers of the two."""
    error = operations.report_error(
        actor=data_officer(USER), at=NOW, grant=grant.number, what="签注日期对不上"
    )
    return error, operations.raise_dispute(
        actor=data_head(USER), at=NOW, subject=grant.ref, what="接口经常没有答复"
    )


def revising() -> int:
    """A revision of an item, which waits for the authority; its number."""
    return operations.revise_item(
        actor=data_head("bz/urban-management"), at=NOW, item="data:s008", reason="更新频率有变",
        proposed=Revision(facts={"frequency": "每周"}),
    )  # fmt: skip


def assessed(ref: str, actor: Actor, at: datetime = NOW) -> None:
    """The impact on personal information is assessed, for an item or an application."""
    operations.assess_impact(
        actor=actor,
        at=at,
        subject=ref,
        lawful="为履行登记管理职责所必需",
        risk="可能泄露住址，影响安宁",
        measures="只按字段提供并留痕",
    )


def used(grant: Grant) -> None:
    """The provider lets a field go on to a school, and the user records its use."""
    operations.consent_onward(
        actor=data_head(PROVIDER), at=NOW, grant=grant.number, to="滨州市第一中学", fields=("resident_id",),
        purpose="学校核对报名人的资格", until=NOW + 30 * DAY,
    )  # fmt: skip
    operations.record_use(
        actor=data_officer(USER), at=NOW, grant=grant.number, what="use", scene="招生报名的资格核对",
        process="逐人核对，不导出",
    )  # fmt: skip
