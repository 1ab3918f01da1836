"""一个最小而完整的数据包。 A tiny pack without faults, into which tests plant one fault at a time."""

import hashlib
import json
from datetime import date
from pathlib import Path

from tongxin.web.pack import examine_pack

Files = dict[str, str]
Seen = tuple[str, int, str]
ON = date(2026, 6, 1)
VERBS = ("enact_pack", "report_case", "settle_case")

RULES = """\
# 某市网格条例

2021年1月1日 通过

<!-- INFO END -->

第一条 为了规范管理，制定本条例。

第二条 机构编制事项清单，并向社会公示。

有关部门应当办结下列事项：

（一）道路；

（二）垃圾。

第三条 本条例自2021年3月1日起施行。
"""
REF = "law:cn/x/rules@2021-01-01#a2"
OLD = "law:cn/x/former@2010-01-01#a2"
LATER = "law:cn/x/later@2026-01-01#a2"
BARE = "law:cn/x/bare@2018-01-01#a2"  # of this version no text is held
CITY = f"""\
code = "tiny"
scheme = "s"
root = "c"
name = "某市"
name_en = "Tiny"
languages = ["zh-hans", "en"]
timezone = "Asia/Shanghai"
map_notice = "示意"
map_approval = ""
synthetic = true
synthetic_notice = "虚构"
lead_body = "x/lead"
desk = "x/hotline"

[founding]
clauses = ["{REF}"]

[report]
text_max = 2000
photo_max_bytes = 8000000
future_tolerance_minutes = 5
anonymous = true

[reopen]
natural_days = 30

[escalation]
chain = ["lead", "parent", "lead_body"]
"""
CALENDAR = """\
working_week = [1, 2, 3, 4, 5]
hours = [["08:30", "12:00"], ["13:30", "17:30"]]
published = [2026]
unpublished = [2027]
source = "公告"
"""
DAYS = """\
date,kind,name
2026-01-01,holiday,元旦
2026-01-04,makeup,调休
"""
PLACES = """\
scheme,code,level,name,name_en,parent,valid_from,valid_to
s,c,city,某市,Tiny,,2020-01-01,
s,d1,district,东区,East,c,2020-01-01,
s,d2,district,西区,West,c,2020-01-01,
s,s1,street,东街,East Street,d1,2020-01-01,
s,s2,street,西街,West Street,d2,2020-01-01,
s,k1,community,东社区,,s1,2020-01-01,
s,k2,community,西社区,,s2,2020-01-01,
"""
ORGANS = """\
code,function,kind,name,name_en,parent,place,valid_from,valid_to
x/gov,government,government,市政府,,,c,2020-01-01,
x/lead,lead,lead_body,牵头机构,,,c,2020-01-01,
x/hotline,hotline,hotline,热线,,x/gov,c,2020-01-01,
x/roads,roads,department,道路局,,x/gov,c,2020-01-01,
x/s1,street,street_office,东街办,,x/gov,s1,2020-01-01,
x/s2,street,street_office,西街办,,x/gov,s2,2020-01-01,
x/g1,grid,grid_station,东网格站,,x/s1,s1,2020-01-01,
x/k1,committee,committee,东居委会,,x/s1,k1,2020-01-01,
"""
OFFICES = """\
code,organ,post,title,title_en
x/lead/1,x/lead,lead_officer,负责人,
x/hotline/1,x/hotline,hotline_clerk,受理员,
x/roads/1,x/roads,case_officer,承办人,
x/s1/1,x/s1,case_officer,承办人,
x/s2/1,x/s2,case_officer,承办人,
x/g1/1,x/g1,grid_worker,网格员,
"""
HOLDERS = """\
person,name,login,office,valid_from,valid_to
p1,甲,lead,x/lead/1,2020-01-01,
p1,甲,lead,x/hotline/1,2020-01-01,
p2,乙,roads,x/roads/1,2020-01-01,2030-01-01
p3,丙,resident,,2020-01-01,
"""
MATTERS = f"""\
code,kind,category,category_en,name,name_en,filing_condition,closing_condition,lead,assist,clauses,clause_kind,person_help,note
m1,matter,道路,Roads,路面破损,Pothole,有坑,已补,roads,street;committee,{REF},precise,0,
m2,matter,环境,Clean,垃圾,Rubbish,成堆,已清,street@street,,{REF}.p2.i2,general,,不含信访事项
c1,component,道路,Roads,井盖,Cover,缺失,补齐,roads@city,,,none,,
"""
LIMITS = f"""\
matter,stage,step,number,unit,clause,note
*,accept,,4,working_hour,{REF},
道路,handle,停工,0.5,hour,{REF},
道路,handle,修复,15,working_day,{REF},
m2,handle,,3,natural_day,{REF},
"""
POWERS = f"""\
verb,clauses,note
enact_pack,{REF},
report_case,{REF},
settle_case,{REF};law:cn/x/rules@2021-01-01#a3,
"""
ROUTING = """\
matter,channel,place,hour_from,hour_to,lead,note
m1,hotline,d1,8,18,street,
"""
PAST = f"""\
list,code,clause,valid_from,valid_to,note
matter,m1,{OLD},2015-03-01,2021-03-01,
power,settle_case,,2000-01-01,2021-03-01,没有依据
"""
LAW = {
    "local-regulation/rules@2021-01-01.md": RULES,
    "local-regulation/rules@2015-01-01.md": RULES,
    "local-regulation/later@2026-01-01.md": RULES,
    "local-regulation/undated@2019-01-01.md": RULES,
    "local-regulation/former@2010-01-01.md": RULES,
}
SPANS = {"cn/x/rules@2021-01-01": ("2021-03-01", ""), "cn/x/rules@2015-01-01": ("2015-03-01", "2021-03-01"),
         "cn/x/later@2026-01-01": ("2027-01-01", ""), "cn/x/undated@2019-01-01": ("", ""),
         "cn/x/former@2010-01-01": ("2015-03-01", "2021-03-01")}  # fmt: skip
MANIFEST_HEAD = (
    "key,file,title,title_en,level,issuer,jurisdiction,version_date,in_force_from,from_basis,in_force_to,"
    "status,complete,contiguous,sha256,source,source_path,illustrative,subject,second_source"
)


def square(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    """一个矩形。 A rectangle as polygon coordinates."""
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def features(*rows: dict[str, object]) -> str:
    """一个要素集，一行一个要素，自第二行起。 A feature collection, one feature a line, from line 2 on."""
    body = ",\n".join(json.dumps(row) for row in rows)
    return f'{{"type":"FeatureCollection","notice":"示意","features":[\n{body}\n]}}\n'


def feature(coordinates: object, kind: str = "Polygon", **properties: object) -> dict[str, object]:
    """一个要素。 One feature."""
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def district(code: str, coordinates: object) -> dict[str, object]:
    """一个区县。 One district."""
    return feature(coordinates, code=code)


def grid(code: str, parent: str, coordinates: object, valid_from: str = "2020-01-01") -> dict[str, object]:
    """一个网格。 One grid."""
    named = {"code": code, "name": f"网格{code}", "name_en": ""}
    return feature(coordinates, **named, parent=parent, valid_from=valid_from)


DISTRICTS = (
    district("d1", square(117.0, 37.0, 117.1, 37.1)),
    district("d2", square(117.1, 37.0, 117.2, 37.1)),
)
GRIDS = (
    grid("g1", "k1", square(117.0, 37.0, 117.05, 37.1)),
    grid("g2", "k1", square(117.05, 37.0, 117.1, 37.1)),
    grid("g3", "d2", square(117.1, 37.0, 117.2, 37.1)),
)


def manifest() -> str:
    """法律清单。 The law manifest of the tiny pack: lines 2-6 are the versions of LAW, in order; line 7 has no text."""
    lines = [MANIFEST_HEAD]
    for (name, (begins, ends)), (file, text) in zip(SPANS.items(), LAW.items(), strict=True):
        key, version = name.split("@")
        digest = hashlib.sha256(text.encode()).hexdigest()
        lines.append(
            f"{key},{file},某条例,,local-regulation,,x,{version},{begins},,{ends},in_force,1,1,{digest},s,,0,city,t"
        )
    lines.append("cn/x/bare,,某法,,national-law,,x,2018-01-01,2018-01-01,,,in_force,,,,,,0,city,")
    return "\n".join(lines) + "\n"


def tiny_files() -> dict[str, str]:
    """全部文件的内容。 The text of every file of the tiny pack."""
    return {
        "city.toml": CITY,
        "SOURCES.md": "虚构\n",
        "calendar/calendar.toml": CALENDAR,
        "calendar/2026.csv": DAYS,
        "places/places.csv": PLACES,
        "places/districts.geojson": features(*DISTRICTS),
        "places/grids.geojson": features(*GRIDS),
        "organs/organs.csv": ORGANS,
        "organs/offices.csv": OFFICES,
        "organs/holders.csv": HOLDERS,
        "lists/matters.csv": MATTERS,
        "lists/limits.csv": LIMITS,
        "lists/powers.csv": POWERS,
        "lists/routing.csv": ROUTING,
        "lists/past.csv": PAST,
        "law/manifest.csv": manifest(),
        **{f"law/{file}": text for file, text in LAW.items()},
    }


def write_pack(root: Path, files: dict[str, str]) -> Path:
    """把文件写成数据包。 Write files as a pack."""
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


def faults_of(root: Path, files: Files, on: date = ON) -> list[Seen]:
    """包中的错误；有错即没有包。 The faults of these files as a pack; with any fault there is no pack."""
    pack, faults = examine_pack(write_pack(root, files), verbs=VERBS, on=on)
    assert (pack is None) == bool(faults)
    assert all(fault.reason_zh and fault.reason_en for fault in faults)
    return [(fault.file, fault.line, fault.code) for fault in faults]
