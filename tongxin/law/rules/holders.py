"""持有者的法定称呼：条文怎样指明或者涵盖一个职能。

How statutes name who holds a power: the words for each function, and the formulas that cover several. A clause carries an
entry only for whom it names or covers (职权法定: an organ has the powers that a clause gives to it, by name or by class).
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

GOVERNMENT: Final = "government"
STREET: Final = "street"
GRID: Final = "grid"
COMMITTEE: Final = "committee"
CONGRESS: Final = "congress"
DEPARTMENT: Final = "department"  # stands for every function that is none of the above
GRASSROOTS: Final = frozenset({STREET, GRID})

# The statutory names of a function, as the texts of the book have them. Names that statutes used before a reform stand beside
# those used now: a clause that says 工商 or 环境保护 means the department that took the function over.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "lead": ("负责网格化服务管理工作的机构", "协调机构", "牵头机构"),
    "hotline": ("热线", "分派台"),
    GOVERNMENT: ("人民政府", "行政公署"),
    CONGRESS: ("人民代表大会常务委员会",),
    STREET: (
        "街道办事处", "乡镇人民政府", "乡（镇）人民政府", "乡、镇人民政府", "镇人民政府", "乡人民政府", "乡级人民政府",
        "乡、民族乡、镇的人民政府", "乡镇（街道）",
    ),
    GRID: ("网格员", "网格站"),
    COMMITTEE: ("村民委员会", "居民委员会", "村（居）民委员会", "村（居）委会", "居委会", "村委会", "基层群众性自治组织"),
    "urban_management": (
        "城镇容貌和环境卫生行政主管部门", "市容环境卫生行政主管部门", "市容环境卫生主管部门", "城市人民政府市容环境卫生行政主管部门",
        "城市管理", "综合行政执法", "综合执法", "城管执法", "生活垃圾主管部门", "环境卫生主管部门", "停车场主管部门",
        "城市市政公用主管部门", "市政工程行政主管部门",
    ),
    "housing": ("住房城乡建设", "住房和城乡建设", "建设行政主管部门", "物业主管部门", "房地产行政主管部门", "燃气管理部门",
                "供热主管部门"),
    "transport": ("交通运输", "交通主管部门", "公路管理机构"),
    "water": ("水行政主管部门", "水利", "水务", "城镇排水主管部门", "城市供水行政主管部门"),
    "ecology": ("生态环境主管部门", "环境保护主管部门", "环境保护行政主管部门", "生态环境", "环境保护", "环保"),
    "planning": ("自然资源", "城乡规划主管部门", "规划主管部门", "国土资源", "城乡规划执法部门", "规划部门"),
    "emergency": ("应急管理", "安全生产监督管理", "负有安全生产监督管理职责的部门"),
    "fire": ("消防救援机构", "公安机关消防机构", "消防"),
    "market": ("市场监督管理", "工商", "食品药品监督管理", "食品安全监督管理", "特种设备安全监督管理", "药品监督管理"),
    "public_security": ("公安机关", "公安部门", "公安"),
    "traffic_police": ("公安机关交通管理", "交通警察", "公安机关", "公安"),
    "civil_affairs": ("民政", "社会救助管理部门"),
    "health": ("卫生健康", "卫生计生", "卫生行政部门", "疾病预防控制部门"),
    "culture": ("文化", "文物行政部门", "文物主管部门", "旅游", "广播电视", "新闻出版"),
    "agriculture": ("农业农村", "农业主管部门", "农业行政主管部门", "畜牧兽医"),
    "industry": ("工业和信息化", "经济和信息化"),
    "energy": ("能源", "发展改革"),
    "big_data": ("大数据", "政务数据共享主管部门", "政务服务主管部门"),
    "justice": ("司法行政", "司法部门"),
    "education": ("教育行政部门", "教育主管部门", "教育"),
    "human_resources": ("人力资源社会保障", "人力资源和社会保障", "劳动行政部门"),
    "parks": ("园林绿化", "城市绿化行政主管部门", "绿化主管部门"),
    "supervisor_body": ("督查机构", "行政执法监督机构"),
}  # fmt: skip

_ORGANS: Final = frozenset({DEPARTMENT, GOVERNMENT, STREET})
# A formula covers a class of holders. 街道办事处 is an agency of the government that sends it (地方组织法 art. 85) and no level
# of government of its own, but the functions word `street` stands for townships too: 各级人民政府 covers it as far as townships go.
COVERING: Final[Mapping[str, frozenset[str]]] = {
    "县级以上地方人民政府及其有关部门": frozenset({GOVERNMENT, DEPARTMENT}),
    "县级以上人民政府及其有关部门": frozenset({GOVERNMENT, DEPARTMENT}),
    "县级以上地方人民政府": frozenset({GOVERNMENT}),
    "县级以上人民政府": frozenset({GOVERNMENT}),
    "各级人民政府及其有关部门": frozenset({GOVERNMENT, DEPARTMENT, STREET}),
    "各级人民政府和有关部门": frozenset({GOVERNMENT, DEPARTMENT, STREET}),
    "各级人民政府": frozenset({GOVERNMENT, STREET}),
    "地方各级人民政府": frozenset({GOVERNMENT, STREET}),
    "有关部门": frozenset({DEPARTMENT}),
    "相关部门": frozenset({DEPARTMENT}),
    "有关主管部门": frozenset({DEPARTMENT}),
    "主管部门": frozenset({DEPARTMENT}),
    "承办部门和单位": frozenset({DEPARTMENT, STREET}),
    "参与部门和单位": frozenset({DEPARTMENT}),
    "政府部门": frozenset({DEPARTMENT}),
    "行政机关": _ORGANS,
    "国家机关": _ORGANS,
    "departments": frozenset({DEPARTMENT}),
    "department": frozenset({DEPARTMENT}),
}


# Words that make a phrase speak of an organ: 文化 alone is no holder, 文化主管部门 is.
_ORGAN_NOUN: Final = re.compile(
    r"部门|机关|机构|政府|办事处|委员会|委会|单位|网格员|网格站|组织|执法|department|commission|office|body|agency"
)
_DEPARTMENT_OF: Final = re.compile(r"[^，。；、：及和与或应可负（]{0,20}?(部门|机构|机关)")
_BEFORE_A_CLASS: Final = ("有关", "相关", "各", "、", "和", "或者", "以及", "，")


def class_of(function: str) -> str:
    """职能的类别。 The class a function belongs to: itself, or `department` for every department's."""
    return function if function in {GOVERNMENT, STREET, GRID, COMMITTEE, CONGRESS} else DEPARTMENT


def names_holder(*, phrase: str, tail: str, function: str, own_names: Collection[str] = ()) -> bool:
    """这句话是否指明或者涵盖持有者。 Whether the words name the function, its organ by name, or a class it belongs to.

    `tail` are the characters of the clause that follow the phrase: 县级以上人民政府 cut out of 县级以上人民政府生态环境主管部门
    names no government, and 主管部门 cut out of 生态环境主管部门 covers nobody else.
    """
    words = "".join(phrase.split())
    if any("".join(name.split()) in words for name in own_names if name):
        return True
    if not _ORGAN_NOUN.search(words.casefold()):
        return False
    if any(_stands(name, words, tail) for name in NAMES.get(function, ())):
        return True
    covering = (formula for formula, covered in COVERING.items() if class_of(function) in covered)
    return any(_stands(formula, words.casefold(), tail) for formula in covering)


def _stands(name: str, words: str, tail: str) -> bool:
    """名称是否独立成称。 Whether a name stands in the words for what it names, and not as part of another organ's name."""
    at = words.find(name)
    while at >= 0:
        before, after = words[:at], words[at + len(name) :] + tail
        of_a_department = name.endswith("人民政府") and _DEPARTMENT_OF.match(after)
        of_another_kind = name == "主管部门" and before and not before.endswith(_BEFORE_A_CLASS)
        if not of_a_department and not of_another_kind:
            return True
        at = words.find(name, at + 1)
    return False


def leads_to_grassroots(word: str) -> bool:
    """是否落到乡镇（街道）或者网格。 Whether FUNCTION or FUNCTION@LEVEL puts the work on a township, street or grid."""
    function, _at, level = word.partition("@")
    return function in GRASSROOTS or level in {"street", "community", "grid"}
