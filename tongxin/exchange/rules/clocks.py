"""数据共享的法定时限。 The clocks of lawful data: how long, of which clause. The numbers of national law are code, not data.

政务数据共享条例 (Decree 809): art. 17 para. 2 (update 10 working days, extended by 5; review 2), art. 21 (answer 1 or 10, extended
by at most 10), art. 22 (deliver 20), art. 26 (correct 10). 个人信息保护法 gives no number of days (及时, arts. 45, 50): the terms
for a person's contest and request are the platform's own, and are said to be so wherever they are shown.
"""

from dataclasses import dataclass
from typing import Final

from tongxin.exchange.terms import Sharing, TermKind

SHARING: Final = "cn/government-data-sharing"
PERSONAL: Final = "cn/personal-information-protection"
EMERGENCY: Final = "cn/emergency-response"


@dataclass(frozen=True, slots=True)
class Statutory:
    """一个时限。 A clock: working days, the clause (instrument key and clause key), and by how many it may be extended once."""

    days: int
    instrument: str
    clause: str
    extension: int = 0
    own: bool = False  # the platform's own number: the clause only says 及时


_CLOCKS: Final = {
    TermKind.DELIVER: Statutory(20, SHARING, "a22.p1"),
    TermKind.UPDATE: Statutory(10, SHARING, "a17.p2", extension=5),
    TermKind.REVIEW: Statutory(2, SHARING, "a17.p3"),
    TermKind.CORRECT: Statutory(10, SHARING, "a26.p2"),
    TermKind.AFTER_REVIEW: Statutory(5, EMERGENCY, "a84", own=True),
    TermKind.TELL: Statutory(5, PERSONAL, "a18.p2", own=True),
    TermKind.CONTEST: Statutory(10, PERSONAL, "a50.p1", own=True),
    TermKind.REQUEST: Statutory(15, PERSONAL, "a50.p1", own=True),
}
_ANSWER: Final = {
    Sharing.UNCONDITIONAL: Statutory(1, SHARING, "a21.p1", extension=10),
    Sharing.CONDITIONAL: Statutory(10, SHARING, "a21.p1", extension=10),
}


def statutory(kind: TermKind, *, sharing: Sharing = Sharing.CONDITIONAL) -> Statutory:
    """这一种时限。 The clock of a kind; an answer's depends on the class of the item. Raises KeyError: what is not shared has none."""
    return _ANSWER[sharing] if kind is TermKind.ANSWER else _CLOCKS[kind]
