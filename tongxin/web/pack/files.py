"""安全地打开包内文件。 Opening the files of a pack safely: inside the pack, of bounded size, clean UTF-8 text."""

import re
import stat
from pathlib import Path, PurePosixPath

from tongxin.web.pack.cells import CellError, printable
from tongxin.web.pack.faults import Reading

FILE_MAX_BYTES = 64 * 1024 * 1024
UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")


def inside(*, root: Path, file: str) -> Path | None:
    """文件名若在包内则给出其路径。 The path of `file` if it stays inside `root`, links followed, else None."""
    pure = PurePosixPath(file)
    if not file or pure.is_absolute() or ".." in pure.parts or "\\" in file or "\x00" in file:
        return None
    try:
        path = (root / pure).resolve()
        return path if path.is_relative_to(root.resolve()) else None
    except (OSError, RuntimeError, ValueError):
        return None


def read_bytes(reading: Reading, *, file: str, named_by: tuple[str, int] | None = None) -> bytes | None:
    """读出包内一个文件。 The bytes of one file of the pack, or None and a fault.

    `named_by` is the file and line that name this file, if any: a missing file is then a fault of that line.
    """
    where, line = named_by or (file, 0)
    try:
        return _bytes_of(inside(root=reading.root, file=file))
    except FileNotFoundError:
        reading.add(where, line, "file_missing", f"缺少文件“{file}”", f"file '{file}' is missing")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        zh, en = f"文件“{file}”无法读取：{reason}", f"file '{file}' cannot be read: {reason}"
        reading.add(where, line, "file_unreadable", zh, en)
    except CellError as error:
        zh, en = f"文件“{file}”{error.reason_zh}", f"file '{file}' {error.reason_en}"
        reading.add(where, line, error.code, zh, en)
    return None


def _bytes_of(path: Path | None) -> bytes:
    """读出一个大小有限的普通文件。 The bytes of a plain file of bounded size. Raises CellError or OSError."""
    if path is None:
        raise CellError("path_outside", "不在包内", "is outside the pack")
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise CellError("not_a_file", "不是普通文件", "is not a plain file")
    with path.open("rb") as stream:
        data = stream.read(FILE_MAX_BYTES + 1)
    if len(data) > FILE_MAX_BYTES:
        mib = FILE_MAX_BYTES // (1024 * 1024)
        raise CellError("file_too_large", f"超过 {mib} MiB", f"is larger than {mib} MiB")
    return data


def decode(reading: Reading, *, file: str, data: bytes) -> str | None:
    """按 UTF-8、LF 解码。 Decode as clean UTF-8 with LF line ends, or None and a fault with its line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        reading.add(file, line, "not_utf8", "不是合法的 UTF-8 文本", "not valid UTF-8 text")
        return None
    if "\r" in text:
        line = 1 + text.count("\n", 0, text.index("\r"))
        reading.add(
            file, line, "line_end", "换行须为 LF，不得有 CR", "lines must end with LF; a CR was found"
        )
        return None
    if found := UNCLEAN.search(text):
        line, point = 1 + text.count("\n", 0, found.start()), f"U+{ord(found.group()):04X}"
        reading.add(file, line, "control_character", f"含有控制字符 {point}", f"control character {point}")
        return None
    return text


def read_text(reading: Reading, *, file: str) -> str | None:
    """读出包内一个文本文件。 The text of one file of the pack, or None, a fault and the file marked as lost."""
    data = read_bytes(reading, file=file)
    text = None if data is None else decode(reading, file=file, data=data)
    if text is None:
        reading.losses.lose_table(file=file)
    return text


def exists(reading: Reading, *, file: str) -> bool:
    """包内是否有此文件。 Whether the pack has this file at all."""
    path = inside(root=reading.root, file=file)
    try:
        return path is not None and path.exists()
    except OSError:
        return True  # it is there, and reading it will say what is wrong


def files_below(root: Path) -> list[str]:
    """包内全部文件，相对路径。 Every file below `root`, as relative POSIX paths, sorted; links are not followed."""
    found: list[str] = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            for entry in folder.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    folders.append(entry)
                else:
                    found.append(printable(entry.relative_to(root).as_posix()))
        except OSError:
            continue
    return sorted(found)


def is_folder(path: Path) -> bool:
    """是否文件夹。 Whether the path is a folder that may be looked into."""
    try:
        return path.is_dir()
    except OSError:
        return False
