"""工作台与找路用的部件。 Components of the desk and of finding one's way.

The contexts are what views must hand over; names and events are invented.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from tongxin.web.patterns.asking import question_form
from tongxin.web.patterns.terms import Pick, State


def breadcrumbs(t: Pick) -> Sequence[State]:
    """所在位置的各种样子。 States of: breadcrumbs."""
    crumbs = [
        {"label": t("我的诉求", "My requests"), "url": "#a"},
        {"label": t("井盖坏了", "Broken manhole cover"), "url": "#b"},
    ]
    return [State(name=t("两层", "Two levels"), context={"crumbs": crumbs})]


def notice_banner(t: Pick) -> Sequence[State]:
    """告知的各种样子。 States of: notice."""
    texts = (
        (
            "",
            t("今天起可以用英文填写", "You can now write in English"),
            t("中文页面不变。", "Pages in Chinese stay as they are."),
        ),
        (
            "soon",
            t("明天 18 点到 20 点停机检修", "Closed for repair tomorrow 18:00 to 20:00"),
            t("急事请打 12345。", "If urgent, call 12345."),
        ),
        (
            "over",
            t("照片没有传上来", "The photo did not arrive"),
            t("别的内容都在，请再传一次照片。", "Everything else is kept. Please send the photo again."),
        ),
        (
            "good",
            t("谢谢，记下了", "Thank you, noted"),
            t("这件事按已解决结案。", "The matter is closed as fixed."),
        ),
    )
    tones = (t("平常", "Plain"), t("快到期", "Soon"), t("出了问题", "Trouble"), t("已确认", "Confirmed"))
    return [
        State(name=name, context={"notice": {"tone": tone, "title": title, "text": text}})
        for name, (tone, title, text) in zip(tones, texts, strict=True)
    ]


def actions(t: Pick) -> Sequence[State]:
    """按钮的各种样子。 States of: buttons."""
    resident = [
        {"label": t("办好了", "It is fixed"), "post_url": "#yes"},
        {"label": t("没办好", "Not fixed"), "kind": "quiet", "url": "#no"},
        {"label": t("撤回这件事", "Withdraw it"), "kind": "plain", "url": "#withdraw"},
    ]
    desk = [
        {"label": t("接办", "Accept"), "post_url": "#a", "key": "a"},
        {"label": t("退回", "Return"), "kind": "quiet", "url": "#r", "key": "r"},
        {"label": t("结案", "Close"), "kind": "plain", "url": "#c"},
    ]
    return [
        State(name=t("居民", "Resident"), context={"actions": resident}),
        State(name=t("工作台，带快捷键", "Desk, with keys"), context={"actions": desk}),
    ]


def filters(t: Pick) -> Sequence[State]:
    """筛选的各种样子。 States of: filters."""
    groups = [
        {
            "label": t("状态", "State"),
            "choices": [
                {"label": t("全部", "All"), "url": "?", "count": 1204},
                {"label": t("办理中", "In hand"), "url": "?state=handling", "current": True, "count": 311},
                {"label": t("待确认", "Awaiting confirmation"), "url": "?state=confirming", "count": 48},
            ],
        },
        {
            "label": t("时限", "Clock"),
            "choices": [
                {"label": t("快到期", "Due soon"), "url": "?due=soon", "count": 12},
                {"label": t("已超期", "Overdue"), "url": "?due=over", "count": 3},
            ],
        },
    ]
    full = {
        "groups": groups,
        "saved": [{"label": t("我的井盖", "My manhole covers"), "url": "?saved=1"}],
        "search": {
            "name": "q",
            "value": t("菜场", "market"),
            "label": t("编号或文字", "Number or words"),
            "hidden": [{"name": "state", "value": "handling"}],
        },
        "clear_url": "?",
        "save_url": "#save",
    }
    return [State(name=t("选了一样", "One chosen"), context={"filters": full})]


def pager(t: Pick) -> Sequence[State]:
    """翻页的各种样子。 States of: pager."""
    return [
        State(
            name=t("中间", "In the middle"),
            context={"pager": {"previous_url": "?before=a", "next_url": "?after=b", "shown": 50}},
        ),
        State(
            name=t("最后", "At the end"),
            context={"pager": {"previous_url": "?before=a", "next_url": "", "shown": 1}},
        ),
    ]


def desk_list(t: Pick) -> Sequence[State]:
    """工作台的单子的各种样子。 States of: desk list."""
    rows = [
        {"url": "#1", "title": t("井盖坏了：和平街 12 号门前", "Broken manhole cover: 12 Heping Street"), "number": "000417", "state": "handling", "pace": "over", "left": Decimal(3), "unit": "working_hour", "place": t("第三网格", "Grid 3")},
        {"url": "#2", "title": t("垃圾没人收：菜场后巷", "Rubbish not collected: lane behind the market"), "number": "000422", "state": "dispatched", "pace": "soon", "left": Decimal(1), "unit": "working_hour", "place": t("第一网格", "Grid 1"), "open": True},
        {"url": "#3", "title": t("路灯不亮", "Street lamp out"), "number": "000391", "state": "handling", "pace": "paused", "left": None, "unit": "working_day", "place": t("第六网格", "Grid 6")},
        {"url": "#4", "title": t("占道经营", "Stall on the pavement"), "number": "000430", "state": "ruling", "pace": "on_time", "left": Decimal("1.5"), "unit": "working_day", "place": t("第二网格", "Grid 2")},
    ]  # fmt: skip
    return [State(name=t("四件", "Four matters"), context={"rows": rows})]


def small_map(t: Pick) -> Sequence[State]:
    """小地图的各种样子。 States of: small map."""
    base = {
        "geojson_url": reverse("patterns:grids"),
        "notice": t("示意", "Sketch"),
        "label": t("网格示意图", "Sketch map of the grids"),
    }
    rows = [
        {"label": t("在哪里", "Where"), "value": t("和平街 12 号门前", "12 Heping Street")},
        {"label": t("网格", "Grid"), "value": t("第五网格", "Grid 5")},
    ]
    shown = {
        **base,
        "id": t("map_zh", "map_en"),
        "lat": 30.0072,
        "lon": 116.0093,
        "here": "g5",
        "rows": rows,
        "approval": "",
    }
    pick = {
        **base,
        "id": t("pick_zh", "pick_en"),
        "approval": t("某S（2026）001号（样子）", "S(2026)001 (example)"),
        "pick": {
            "lat": t("zh_lat", "en_lat"),
            "lon": t("zh_lon", "en_lon"),
            "place": t("zh_place", "en_place"),
        },
    }
    return [
        State(name=t("一件事在哪里", "Where a matter is"), context={"map": shown}),
        State(
            name=t("选地方", "Choosing a place"),
            context={"map": pick, "form": question_form(t, None)},
        ),
    ]


def empty_state(t: Pick) -> Sequence[State]:
    """空的时候的各种样子。 States of: nothing here."""
    first = {
        "title": t("手上没有件了", "Nothing in hand"),
        "text": t("新的件来了会排在这里。", "New matters will be listed here."),
    }
    second = {
        "title": t("没有找到", "Nothing found"),
        "text": t("换个词，或者去掉一个筛选。", "Try another word, or take away a filter."),
        "url": "?",
        "label": t("清除筛选", "Clear the filters"),
    }
    return [
        State(name=t("做完了", "All done"), context={"empty": first}),
        State(name=t("没找到", "Not found"), context={"empty": second}),
    ]
