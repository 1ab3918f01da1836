"""职权归属。 Which organ a function belongs to at a place."""

from collections.abc import Mapping, Sequence

from tongxin.organs.terms import OrganFacts

CANNOT_LEAD = frozenset({"committee"})  # 村（居）民委员会不是一级政府机关 (村民委员会组织法 art. 2)


def responsible_organ(
    *, wanted: str, path: Sequence[str], by_function: Mapping[tuple[str, str], OrganFacts]
) -> OrganFacts | None:
    """承担某职能的机构。 The organ with the function whose place is nearest, walking up `path` from the place to the city.

    `wanted` is FUNCTION or FUNCTION@LEVEL; with a level only organs of that level count. A committee never leads.
    """
    function, _, level = wanted.partition("@")
    for code in path:
        organ = by_function.get((function, code))
        if organ and organ.kind not in CANNOT_LEAD and level in ("", organ.level):
            return organ
    return None
