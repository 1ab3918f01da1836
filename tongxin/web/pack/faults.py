"""城市数据包的错误：哪个文件、哪一行、为什么。 Faults of a city pack: which file, which line, why."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_REASON_MAX: Final = 400


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """一处错误。 One fault; `file` is relative to the pack, `line` counts from 1 (0: the file as a whole)."""

    file: str
    line: int
    code: str
    reason_zh: str
    reason_en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {_in_one_line(self.reason_en)} / {_in_one_line(self.reason_zh)}"


def _in_one_line(reason: str) -> str:
    """一行之内，不过长。 A reason may quote a cell; it is shown in one line that is not too long."""
    line = " ".join(reason.split())
    return line if len(line) <= _REASON_MAX else f"{line[:_REASON_MAX]}…"


@dataclass(frozen=True, slots=True)
class Losses:
    """没能读进来的内容。 What could not be read.

    A row that could not be read has its own fault already; the checks must not add "unknown" or "missing"
    faults which only follow from it.
    """

    tables: set[str] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=dict)

    def lose_row(self, *, file: str, key: str) -> None:
        """记下读不出的一行。 Remember a row of `file` that could not be read, by its key."""
        self.keys.setdefault(file, set()).add(key)

    def lose_table(self, *, file: str) -> None:
        """记下读不出的一个文件。 Remember a file that could not be read."""
        self.tables.add(file)

    def whole(self, *files: str) -> bool:
        """这些文件是否完整读入。 Whether all of these files were read whole, so that absence can be judged."""
        return not any(file in self.tables or file in self.keys for file in files)

    def may_hold(self, *, file: str, key: str) -> bool:
        """未读入的部分里是否可能有它。 Whether the unread part of `file` may hold `key`."""
        return file in self.tables or key in self.keys.get(file, ())


@dataclass(frozen=True, slots=True)
class Reading:
    """一次读取中积累的错误与缺失。 The faults and losses gathered while one pack is read."""

    root: Path
    faults: list[Fault] = field(default_factory=list)
    losses: Losses = field(default_factory=Losses)

    def add(self, file: str, line: int, code: str, reason_zh: str, reason_en: str) -> None:
        """记一处错误。 Add one fault."""
        self.faults.append(Fault(file, line, code, reason_zh, reason_en))
