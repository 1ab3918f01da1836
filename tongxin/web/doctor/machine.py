"""本机。 This machine: folder, secrets, packages, settings."""

import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from tongxin.web.doctor import Finding, Look, broken, doubt, well

ROOT: Final = Path(__file__).resolve().parents[3]
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
NAMED: Final = re.compile(r"^\|\s*`(TONGXIN_[A-Z_0-9]+)`", re.MULTILINE)
LITTLE, VERY_LITTLE = 10 * 2**30, 2**30  # bytes free
PRIVATE: Final = ("secrets.json", "cluster.json", "sources.json")


def folder(data: Path) -> Iterable[Finding]:
    """数据目录。 The data folder: there, writable, private in what must be, with room left."""
    if not data.is_dir():
        return [
            broken(
                "data folder",
                f"{data} is not there",
                "name it with TONGXIN_DATA=, or begin with `tongxin load-city`",
            )
        ]
    found = [
        broken(
            "data folder", f"{data / name} can be read by others (mode {mode:o})", f"chmod 600 {data / name}"
        )
        for name in PRIVATE
        if (data / name).exists() and (mode := (data / name).stat().st_mode & 0o777) & 0o077
    ]
    if not os.access(data, os.W_OK):
        found.append(
            broken(
                "data folder",
                f"{data} cannot be written",
                f"chown it to the user that runs the servers ({os.geteuid()})",
            )
        )
    return [*found, room("data folder", data)]


def room(name: str, place: Path) -> Finding:
    """还有多少空间。 How much room a file system has left."""
    free = shutil.disk_usage(place).free
    seen = f"{place}: {free / 2**30:.1f} GiB free"
    if free < VERY_LITTLE:
        return broken(name, seen, "make room now: with none left nothing is taken any more")
    return doubt(name, seen, "make room, or archive old months") if free < LITTLE else well(name, seen)


def packages(lock: str, installed: Mapping[str, str] | None = None) -> Iterable[Finding]:
    """依赖包。 Whether what is installed is what the lock file pins (its text)."""
    if installed is None:
        installed = {_plain(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()}
    wrong = [
        f"{name} {installed.get(_plain(name), 'missing')} instead of {version}"
        for name, version in PIN.findall(lock)
        if installed.get(_plain(name)) != version
    ]
    if wrong:
        return [broken("packages", "; ".join(wrong[:5]), "make install")]
    return [well("packages", f"{len(PIN.findall(lock))} as pinned, Python {sys.version.split()[0]}")]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(environment: Mapping[str, str], explained: str) -> Iterable[Finding]:
    """设置的名字。 Settings that nothing reads: a name mistyped is a setting that is silently not set. `explained`: docs/settings.md."""
    known = set(NAMED.findall(explained))
    strange = sorted(name for name in environment if name.startswith("TONGXIN_") and name not in known)
    if strange:
        return [
            doubt("settings", f"nothing reads {', '.join(strange)}", "look the name up in docs/settings.md")
        ]
    return [well("settings", "every TONGXIN_ name is known")]


def looks(data: Path) -> list[tuple[str, Look]]:
    """看这些。 What is looked at on this machine."""

    def of_folder(_: datetime) -> Iterable[Finding]:
        return folder(data)

    def of_packages(_: datetime) -> Iterable[Finding]:
        return packages((ROOT / "requirements.lock").read_text(encoding="utf-8"))

    def of_names(_: datetime) -> Iterable[Finding]:
        return named(os.environ, (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))

    return [("data folder", of_folder), ("packages", of_packages), ("settings", of_names)]
