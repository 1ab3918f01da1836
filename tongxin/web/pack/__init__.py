"""城市数据包：读入与检查。 The pack of a city, read and checked: a city is data, not code.

`examine_pack` is the door: it names every fault with file, line and reason, and gives a pack only if there is none.
"""

from tongxin.web.pack.check import check_pack, examine_pack
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.read import read_pack
from tongxin.web.pack.rows import (
    CalendarRow,
    City,
    DayRow,
    DistrictShape,
    Document,
    GridRow,
    HolderRow,
    LimitRow,
    MatterRow,
    OfficeRow,
    OrganRow,
    Pack,
    PastRow,
    PlaceRow,
    PowerRow,
    RoutingRow,
    Row,
    VersionRow,
)

__all__ = [
    "CalendarRow",
    "City",
    "DayRow",
    "DistrictShape",
    "Document",
    "Fault",
    "GridRow",
    "HolderRow",
    "LimitRow",
    "MatterRow",
    "OfficeRow",
    "OrganRow",
    "Pack",
    "PastRow",
    "PlaceRow",
    "PowerRow",
    "RoutingRow",
    "Row",
    "VersionRow",
    "check_pack",
    "examine_pack",
    "read_pack",
]
