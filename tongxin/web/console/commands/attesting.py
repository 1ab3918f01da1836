"""台账的命令：核验、搬走、见证。 Commands of the ledger: verify, carry away as files, and what attests it from outside."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from tongxin.ledger import rules
from tongxin.ledger.queries import newest_checkpoint, published, tile_bytes
from tongxin.web import ground, stamping, witnessing
from tongxin.web.clock import now
from tongxin.web.console import restored
from tongxin.web.console.commands import founding

Result = tuple[int, Any]
WITNESS: Final = Path(__file__).resolve().parents[4] / "tools" / "witness.py"
DEMO_NAME: Final = "demo.local/witness"


def verify(given: argparse.Namespace) -> Result:
    """核验台账。 Recompute the whole ledger from its rows; status 1 when something disagrees."""
    founding.migrate(given)
    try:
        kept = [note for name in given.kept for note in _notes(Path(name))]
        if not restored.numbers().behind and not restored.unheard():
            ground.sequence_all(at=now())
        found = ground.verify(kept=kept)
    except (OSError, ValueError) as error:
        return 2, {"intact": None, "reason": str(error)}
    if given.json:
        return (0 if found["intact"] else 1), found
    fault = found["first_fault"]
    said = "intact" if found["intact"] else f"NOT INTACT: {json.dumps(fault, ensure_ascii=False)}"
    return (0 if found["intact"] else 1), "\n".join(
        [
            said,
            (
                f"entries {found['entries']}, in the tree {found['leaves']}, waiting {found['pending']}, "
                f"checkpoints {found['checkpoints']}, digests of rows {found['writes']}"
            ),
            f"root {found['root']}",
            *(f"not checked: {reason}" for reason in found["not_checked"]),
        ]
    )


def advance(given: argparse.Namespace) -> Result:
    """用掉编号。 After a dump was loaded into a new server: use up transaction numbers until new entries come after the old ones."""
    founding.migrate(given)
    return 0, {"used_up": restored.advance(), "next": restored.numbers().next}


def _notes(path: Path) -> list[str]:
    """文件里的检查点。 The checkpoints in a file, one after the other, as `curl` or a witness's `show` left them."""
    notes: list[str] = []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    begun: list[str] = []
    for number, line in enumerate(lines):
        begun.append(line)
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line.startswith("— ") and not following.startswith("— "):
            notes.append("".join(begun).lstrip("\n"))
            begun = []
    if "".join(begun).strip():
        raise ValueError(f"{path}: not checkpoints to the end")
    return notes


def export(given: argparse.Namespace) -> Result:
    """搬成静态文件。 Write checkpoint, tiles and entries as plain files that any web server can serve; only what is missing.

    The checkpoint is written last: whoever reads the folder meanwhile finds every tile of the checkpoint they see.
    """
    founding.migrate(given)
    restored.require_numbers()
    if not restored.unheard():
        ground.sequence_all(at=now())
    folder, newest = Path(given.folder), newest_checkpoint()
    note = published(at=now())
    if newest is None or note is None:
        return 1, {"written": 0, "reason": "nothing is in the tree yet"}
    size, written = rules.read_checkpoint(rules.read_note(note)[0]).size, 0
    for tile in rules.tiles_of(size):
        path = folder / "tile" / str(tile)
        if not path.exists():
            data = tile_bytes(tile=tile)
            if data is None:
                return 1, {"written": written, "reason": f"no tile {tile}"}
            _place(path, data)
            written += 1
    _place(folder / "key", f"{ground.signer().key()}\n".encode())
    _place(folder / "checkpoint", note.encode())
    return 0, {"written": written, "entries": size, "folder": str(folder)}


def _place(path: Path, data: bytes) -> None:
    """放一个文件。 Put a file in its place whole: a reader finds the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)


@contextlib.contextmanager
def attended(going: Callable[[], bool]) -> Iterator[None]:
    """照看外面的见证。 While the worker works: one thread for each witness, one for the time-stamp authority; they never hold it up.

    `going`: whether this process is the one that sequences; only that one asks those outside.
    """
    stopping = threading.Event()
    asked = witnessing.witnesses()
    witnessing.remember(one.key for one in asked)
    threads = [
        threading.Thread(target=witnessing.attend, args=(one, stopping, going), daemon=True) for one in asked
    ]
    if stamping.authority():
        threads.append(
            threading.Thread(target=stamping.attend, args=(ground.signer(), stopping, going), daemon=True)
        )
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(witnessing.TIMEOUT)


def demo_witness() -> tuple[list[str], str]:
    """示例的见证者。 The command and the setting of the demo's own witness; two empty ones outside the demo, or where one is set.

    It runs on the machine it is to watch, and so proves little: a real one is run by another body.
    """
    if not settings.DEMO or settings.WITNESSES:
        return [], ""
    folder = settings.DATA / "witness"
    made = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(WITNESS), "key", str(folder), DEMO_NAME],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = str(ground.signer().key())
    command = [sys.executable, str(WITNESS), "serve", str(folder), "--log", log, "--port", str(port)]
    return command, f"http://127.0.0.1:{port} {made.stdout.strip()}"
