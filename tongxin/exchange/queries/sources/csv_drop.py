"""CSV 投放来源。 A folder into which a source drops files: the newest that is complete is read.

A file is complete when beside `name.csv` lies `name.csv.sha256` (its digest in hexadecimal, as `sha256sum` writes it). One whose
digest does not fit was changed on the way: it is refused, and no older one is taken in its stead.
"""

import contextlib
import csv
import fnmatch
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TextIO

from tongxin.exchange.queries.sources.places import Place
from tongxin.exchange.terms import Came, SourceFault

PATTERN: Final = re.compile(r"[\w*-][\w.*-]*\.csv")  # a name in the folder itself: no slash, no dots in front
MOST_BYTES: Final = 1024 * 1024 * 1024
LONGEST_CELL: Final = 65_536


def rows(
    place: Place, *, relation: str, columns: Sequence[str], key: str, keys: Sequence[str], most: int
) -> tuple[list[Any], str]:
    """按键取行。 The rows of these keys in the newest complete file. Raises SourceFault."""
    wanted = {one.strip().upper() for one in keys}
    found: list[Any] = []
    until = time.monotonic() + place.seconds
    with _newest(place, relation, columns) as lines:
        for nth, row in enumerate(lines):
            if nth % 1_000 == 0 and time.monotonic() > until:
                raise SourceFault(Came.UNREACHABLE, "the file takes too long to read")
            if not key or row[key].strip().upper() in wanted:
                found.append(row)
                if len(found) >= most:
                    break
    return found, ""


@contextlib.contextmanager
def opened(place: Place, *, relation: str, columns: Sequence[str], key: str) -> Iterator["_Reader"]:
    """打开。 The newest complete file, line by line."""
    del key
    with _newest(place, relation, columns) as lines:
        yield _Reader(lines)


class _Reader:
    def __init__(self, lines: Iterator[dict[str, str]]) -> None:
        self.lines = lines

    def take(self, most: int) -> list[object]:
        """下几行。 The next rows."""
        return [row for _, row in zip(range(most), self.lines, strict=False)]


@contextlib.contextmanager
def _newest(place: Place, relation: str, columns: Sequence[str]) -> Iterator[Iterator[dict[str, str]]]:
    if not PATTERN.fullmatch(relation) or ".." in relation:
        raise SourceFault(Came.UNREACHABLE, "this is no pattern of file names")
    path = _complete(Path(place.path), relation)
    with _text(path) as text:
        csv.field_size_limit(LONGEST_CELL)
        yield _lines(text, columns)


def _lines(text: TextIO, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    try:
        reader = csv.reader(text, strict=True)
        head = next(reader, [])
        if len(set(head)) != len(head) or not set(columns) <= set(head):
            raise SourceFault(Came.MISMATCH, "the file does not have the agreed columns")
        for cells in reader:
            if len(cells) != len(head):
                raise SourceFault(Came.MISMATCH, "a line has more or fewer cells than the head")
            line = dict(zip(head, cells, strict=True))
            yield {column: line[column] for column in columns}
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceFault(Came.MISMATCH, "the file is no CSV in UTF-8") from error


def _complete(folder: Path, pattern: str) -> Path:
    """最新的完整文件。 The newest file whose digest lies beside it. Raises SourceFault."""
    try:
        names = [one.name for one in os.scandir(folder) if fnmatch.fnmatchcase(one.name, pattern)]
        files = [folder / name for name in names if (folder / f"{name}.sha256").is_file()]
        sized = [(one.lstat(), one) for one in files if stat.S_ISREG(one.lstat().st_mode)]
        if not sized:
            raise SourceFault(Came.UNREACHABLE, "there is no complete file")
        facts, newest = max(sized, key=lambda pair: (pair[0].st_mtime_ns, pair[1].name))
        said = (folder / f"{newest.name}.sha256").read_text(encoding="ascii").split()[:1]
    except (OSError, UnicodeDecodeError) as error:
        raise SourceFault(Came.UNREACHABLE, "the folder cannot be read") from error
    if facts.st_size > MOST_BYTES:
        raise SourceFault(Came.MISMATCH, "the file is larger than agreed")
    if said != [_digest(str(newest), facts.st_mtime_ns, facts.st_size, facts.st_ino)]:
        raise SourceFault(Came.MISMATCH, "the file is not the one its digest was made of")
    return newest


@lru_cache(maxsize=64)
def _digest(path: str, changed: int, size: int, inode: int) -> str:
    del changed, size, inode  # part of the key: another file of the same name is read anew
    with contextlib.closing(os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(path: Path) -> TextIO:
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise SourceFault(Came.UNREACHABLE, "the file cannot be read") from error
