"""样式簿的假数据：几处要用的都在这里。 Made-up data shared by several patterns. Names, numbers and events are invented."""

from datetime import datetime, timedelta, timezone
from typing import Any, Final

from tongxin.web.patterns.terms import Pick

HERE: Final = timezone(timedelta(hours=8))


def at(month: int, number: int, hour: int = 9, minute: int = 0) -> datetime:
    """2026 年的一个时刻。 A moment of 2026 in China time."""
    return datetime(2026, month, number, hour, minute, tzinfo=HERE)


def clause() -> dict[str, Any]:
    """真的条文：井盖归谁补。 A real clause: who must replace a missing cover."""
    return {
        "title": "城市道路管理条例",
        "title_en": "Regulation on Urban Roads",
        "number": "第二十三条",
        "number_en": ", Article 23",
        "text": "设在城市道路上的各类管线的检查井、箱盖或者城市道路附属设施，应当符合城市道路养护规范。"
        "因缺损影响交通和安全时，有关产权单位应当及时补缺或者修复。",
        "in_force_from": datetime(2019, 3, 24, tzinfo=HERE).date(),
        "in_force_to": None,
        "url": "#clause",
    }


def clause_link(pick: Pick) -> dict[str, str]:
    """同一条的链接。 A link to the same clause."""
    return {
        "label": pick("《城市道路管理条例》第二十三条", "Regulation on Urban Roads, Article 23"),
        "url": "#clause",
    }


def answers(pick: Pick, *, change: bool) -> list[dict[str, Any]]:
    """一份要寄出的诉求。 A report about to be sent."""
    entries: list[dict[str, Any]] = [
        {"label": pick("是什么事", "What is it about"), "value": pick("井盖坏了", "Broken manhole cover")},
        {
            "label": pick("怎么回事", "What happened"),
            "value": pick(
                "菜场东门口的井盖裂成两半，\n晚上看不见，昨天有人踩空。",
                "The cover at the market's east gate is split in two.\nIt cannot be seen at night; someone fell in yesterday.",
            ),
        },
        {
            "label": pick("在哪里", "Where"),
            "lines": [pick("和平街 12 号门前", "12 Heping Street"), pick("第三网格", "Grid 3")],
        },
        {"label": pick("照片", "Photos"), "value": pick("1 张", "1 photo")},
        {"label": pick("电话", "Phone"), "value": ""},
    ]
    return [{**entry, "change_url": "#change"} for entry in entries] if change else entries


def _square(code: str, name: str, name_en: str, column: int, row: int) -> dict[str, Any]:
    west, south, side = 116.0 + column * 0.006, 30.0 + row * 0.005, 0.005
    ring = [
        [west, south],
        [west + 0.006, south],
        [west + 0.006, south + side],
        [west, south + side],
        [west, south],
    ]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, "name_en": name_en},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


GRIDS: Final = {
    "type": "FeatureCollection",
    "notice": "示意",
    "features": [
        _square(f"g{number}", f"第{word}网格", f"Grid {number}", (number - 1) % 3, (number - 1) // 3)
        for number, word in enumerate("一二三四五六", start=1)
    ],
}
