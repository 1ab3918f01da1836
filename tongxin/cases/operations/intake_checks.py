"""报告本身的核对。 What can be wrong with a report in itself, before anything is asked of the database."""

import math
import re
from datetime import timedelta

from tongxin.acts.terms import InvalidInput
from tongxin.cases.operations.common import Context
from tongxin.cases.terms import Channel, NewReport
from tongxin.places import queries as places
from tongxin.places.terms import Spot

TEXT_MOST, SHORT_MOST, KEY_MOST = 2_000, 80, 200
PHOTOS_MOST = 6
# What people send as it happens; a phone may have been without a network for a while, but not for months.
LIVE = frozenset({Channel.WEB, Channel.HOTLINE, Channel.FIELD, Channel.API, Channel.OPEN311})
OLDEST = timedelta(days=30)
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{1,63}")
DIGEST = re.compile(r"[0-9a-f]{64}")


def fault(report: NewReport, context: Context) -> InvalidInput | None:
    """报告本身的毛病。 What is wrong with a report in itself, or None."""
    try:
        _check(report, context)
    except InvalidInput as wrong:
        return wrong
    return None


def _check(report: NewReport, context: Context) -> None:
    if not report.client_key or len(report.client_key) > KEY_MOST:
        raise InvalidInput(
            "client_key",
            f"须有客户键，且不超过 {KEY_MOST} 字符",
            f"a client key of at most {KEY_MOST} characters is needed",
        )
    if report.reported_at.tzinfo is None:
        raise InvalidInput("reported_at", "时间须带时区", "the time needs a time zone")
    tolerance = timedelta(minutes=int(context.city.settings.get("future_tolerance_minutes", 5)))
    if report.reported_at > context.at + tolerance:
        raise InvalidInput("reported_at", "报告时间在将来", "the time of the report lies in the future")
    if report.channel in LIVE and report.reported_at < context.at - OLDEST:
        raise InvalidInput(
            "reported_at",
            f"报告时间早于 {OLDEST.days} 天前，请走历史导入",
            f"the report is older than {OLDEST.days} days; older ones come in as history",
        )
    _check_words(report, int(context.city.settings.get("text_max", TEXT_MOST)))
    _check_matter(report, context)
    _check_point(report, context)


def _check_words(report: NewReport, most: int) -> None:
    for name, value, limit in (
        ("client_key", report.client_key, KEY_MOST),
        ("text", report.text, most),
        ("name", report.name, SHORT_MOST),
        ("phone", report.phone, 40),
        ("address", report.address, 300),
        ("email", report.email, 254),
    ):
        if len(value) > limit:
            raise InvalidInput(
                name,
                f"最多 {limit} 字，现在 {len(value)} 字",
                f"at most {limit} characters, this has {len(value)}",
            )
        if "\x00" in value:
            raise InvalidInput(name, "含有不能保存的字符", "contains a character that cannot be stored")
    if report.email and not MAIL.fullmatch(report.email):
        raise InvalidInput("email", "邮箱写法不对", "this is not an e-mail address")
    if len(report.photos) > PHOTOS_MOST or not all(DIGEST.fullmatch(photo) for photo in report.photos):
        raise InvalidInput("photos", f"最多 {PHOTOS_MOST} 张照片", f"at most {PHOTOS_MOST} photos")


def _check_matter(report: NewReport, context: Context) -> None:
    if report.matter is None:
        return
    matter = context.matter(report.matter)
    if matter is None:
        raise InvalidInput(
            "matter",
            f"清单里没有事项“{report.matter[:40]}”",
            f"the list has no matter {report.matter[:40]!r}",
        )
    if matter.person_help and (report.photos or report.name or report.phone):
        # 救助是自愿的，不拍照、不记身份 (城市生活无着的流浪乞讨人员救助管理办法 art. 5：告知、引导、护送)
        raise InvalidInput(
            "photos" if report.photos else "name",
            "这是对人的帮助，不收照片和身份",
            "this is an offer of help to a person: no photo, no identity",
        )


def _check_point(report: NewReport, context: Context) -> None:
    if (report.lon is None) != (report.lat is None):
        raise InvalidInput(
            "lat" if report.lat is None else "lon", "经度和纬度要一起给", "longitude and latitude go together"
        )
    if report.lon is not None and report.lat is not None:
        if not (math.isfinite(report.lon) and -180 <= report.lon <= 180):
            raise InvalidInput("lon", "经度不在 -180 到 180 之间", "longitude is not between -180 and 180")
        if not (math.isfinite(report.lat) and -90 <= report.lat <= 90):
            raise InvalidInput("lat", "纬度不在 -90 到 90 之间", "latitude is not between -90 and 90")
    elif report.place:
        if places.spot(code=report.place, day=context.day, revision=context.city.revision) is None:
            raise InvalidInput("place", "本市没有这个地点", "the city has no such place")
    elif not report.address.strip() and report.channel is not Channel.REPLAY:
        raise InvalidInput(
            "place",
            "请指明地点：地图上的点、村（社区）或地址",
            "say where: a point, a community or an address",
        )


def misplaced(report: NewReport, spot: Spot | None) -> InvalidInput | None:
    """落在市外。 A point that lies in no grid of the city, or None."""
    if report.lon is not None and spot is None:
        return InvalidInput("lat", "这个点不在本市范围内", "this point is outside the city")
    return None
