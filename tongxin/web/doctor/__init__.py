"""诊断：部署哪里不对，怎么改。 What is wrong with a deployment, and how to mend it: one finding for each thing looked at.

It reads and changes nothing. Each look stands for itself: one that breaks is itself a finding, and the others go on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """怎么样。 How it is: well, worth a thought, or broken."""

    WELL = "well"
    DOUBT = "doubt"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """一项所见。 What was looked at, how it is, what was seen, and what to do about it."""

    name: str
    state: State
    seen: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.state:<7}{self.name:<14}{self.seen}" + (f"\n{'':21}→ {self.mend}" if self.mend else "")


Look = Callable[[datetime], Iterable[Finding]]


def well(name: str, seen: str) -> Finding:
    """没有问题。 Nothing is wrong."""
    return Finding(name, State.WELL, seen)


def doubt(name: str, seen: str, mend: str) -> Finding:
    """值得想一想。 It works, and may not be what was meant."""
    return Finding(name, State.DOUBT, seen, mend)


def broken(name: str, seen: str, mend: str) -> Finding:
    """坏了。 It does not work, or is not safe."""
    return Finding(name, State.BROKEN, seen, mend)


def examined(looks: Iterable[tuple[str, Look]], *, at: datetime) -> list[Finding]:
    """逐项看。 What all looks found, in their order; one that breaks is told by its kind."""
    found: list[Finding] = []
    for name, look in looks:
        try:
            found += look(at)
        except Exception as error:  # noqa: BLE001 - a look that breaks is a finding and stops no other
            found.append(
                broken(
                    name,
                    f"could not be looked at: {type(error).__name__}",
                    "mend what stands above, then ask again",
                )
            )
    return found
