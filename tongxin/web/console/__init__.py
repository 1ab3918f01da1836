"""控制台命令 tongxin。 The console command `tongxin`.

A command's module may import models only after Django is set up, and Django only after the database is found: so each
command is named here by its path and imported when its turn has come.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import django
import psycopg
from django.db import OperationalError
from django.utils.module_loading import import_string

from tongxin.places.terms import NotFoundedError
from tongxin.web.console import environment
from tongxin.web.console.cluster import ClusterError, NoCityError

COMMANDS = "tongxin.web.console.commands"
JSON = {"action": "store_true", "help": "print one JSON object on standard output and nothing else there"}
TOLD = ("running.serve", "running.work")  # commands that go on: their log tells of every act
GONE = ("08", "28", "57P")  # how SQLSTATE begins: no connection, not let in, shut down
PACK = {"default": "city/binzhou", "help": "folder of the city's pack (city/binzhou)"}


def main(arguments: Sequence[str] | None = None) -> int:
    """入口。 The entry of the console command; returns the exit status."""
    parser = build_parser()
    given = parser.parse_args(arguments)
    if given.run is None:
        parser.print_help()
        return 2
    try:
        return _run(given)
    except NotFoundedError:
        print(f"tongxin: {NoCityError(str(environment.data_folder()))}", file=sys.stderr)
        return 2
    except ClusterError as error:
        print(f"tongxin: {error}", file=sys.stderr)
        return 2 if isinstance(error, NoCityError) else 1
    except (OperationalError, psycopg.OperationalError) as error:
        if not _unreached(error):
            raise
        print(f"tongxin: {_said_unreached(error)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1


def _unreached(error: Exception) -> bool:
    """是不是连不上。 Whether the database was not reached, or went away; other troubles keep their traceback."""
    cause = error.__cause__ if isinstance(error, OperationalError) else error
    state = getattr(cause, "sqlstate", None)
    return isinstance(cause, psycopg.OperationalError) and (state is None or state.startswith(GONE))


def _said_unreached(error: Exception) -> str:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    folder = environment.data_folder()
    return (
        f"连不上 {folder} 的数据库；城市若在别处，请用 TONGXIN_DATA= 写明 / the database of {folder} cannot be reached; "
        f"if the city is elsewhere, say so with TONGXIN_DATA= ({first})"
    )


def _run(given: argparse.Namespace) -> int:
    if given.run in TOLD:
        os.environ["TONGXIN_TOLD"] = "1"
    if given.needs in ("database", "scratch"):
        given.database = environment.open_database(
            data=environment.data_folder(),
            scratch="replay" if given.needs == "scratch" else "",
            create=given.founds,
        )
    elif given.needs == "django":
        os.environ.setdefault("TONGXIN_DATA", str(environment.data_folder()))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.web.settings")
    if given.needs != "nothing":
        django.setup()
    status, result = import_string(f"{COMMANDS}.{given.run}")(given)
    if given.json:
        print(json.dumps(result, ensure_ascii=False, default=str))
    else:
        _show(result)
    return int(status)


def _show(result: Any) -> None:
    if isinstance(result, dict):
        for key, value in result.items():
            print(f"{key}: {value}")
    elif result is not None:
        print(result)


class _Commands:
    """命令表。 The table of commands."""

    def __init__(self) -> None:
        self.parser = argparse.ArgumentParser(
            prog="tongxin", description="同心 Tongxin: a city governs itself together, under law"
        )
        self.parser.set_defaults(run=None, json=False)
        self.parts = self.parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(
        self,
        name: str,
        run: str,
        words: str,
        *,
        needs: str = "database",
        founds: bool = False,
        within: Any = None,
    ) -> argparse.ArgumentParser:
        """加一个命令。 Add a command: its name, the path of its function, what it does, what it needs, whether it may make a database."""
        part: argparse.ArgumentParser = (within or self.parts).add_parser(name, help=words, description=words)
        part.add_argument("--json", **JSON)  # type: ignore[arg-type]
        part.set_defaults(run=run, needs=needs, founds=founds)
        return part


def build_parser() -> argparse.ArgumentParser:
    """命令与参数。 Commands and their arguments."""
    table = _Commands()
    up = table.add(
        "up", "running.up", "start database, city and server; Ctrl-C stops what it started", founds=True
    )
    up.add_argument("--port", type=int, default=8000)
    up.add_argument("--city", **PACK)  # type: ignore[arg-type]
    up.add_argument("--workers", type=int, default=2, help="server processes (2)")
    table.add("stop", "stopping.stop", "stop the embedded database of the data folder", needs="nothing")
    serve = table.add(
        "serve", "running.serve", "the server alone, on one of several machines (docs/how-to/grow.md)"
    )
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--workers", type=int, default=2, help="server processes (2)")
    table.add(
        "work",
        "running.work",
        "sequence the ledger, sweep limits and deliver notices until stopped; of several workers one does each",
    )
    table.add("sequence", "running.sequence", "integrate waiting ledger entries into the tree, once")
    table.add("sweep", "running.sweep", "look at the limits that are due, once")
    table.add(
        "migrate", "founding.migrate", "bring the database up to date and install its guard", founds=True
    )
    load = table.add(
        "load-city", "founding.load_city", "found the city of a pack in an empty database", founds=True
    )
    load.add_argument("--city", **PACK)  # type: ignore[arg-type]
    check = table.add(
        "check-city",
        "founding.check_city",
        "check a pack; names file, line and reason of every fault",
        needs="django",
    )
    check.add_argument("path")
    check.add_argument(
        "--on", default="", help="day on which the cited clauses must be in force, YYYY-MM-DD (today)"
    )
    replay = table.add(
        "replay",
        "replaying.replay",
        "run a file of past requests through the operations of a pack, in a database of its own",
        needs="scratch",
        founds=True,
    )
    replay.add_argument("file")
    replay.add_argument("--city", required=True, help="name or folder of the pack")
    replay.add_argument("--limit", type=int, default=0, help="only the first N rows, in order of opening")
    feed = table.add(
        "feed",
        "feeding.feed",
        "take reports from a CSV or NDJSON file; the same file twice makes no case twice",
    )
    feed.add_argument("file")
    account = table.add(
        "account", "founding.account", "open an account; the password is read from standard input"
    )
    account.add_argument("login")
    account.add_argument(
        "--person", default="", help="reference of the person, person:… (that of the login, if it exists)"
    )
    account.add_argument("--name", default="")
    _copies(table)
    ledger = table.parts.add_parser("ledger", help="the ledger")
    inner = ledger.add_subparsers(metavar="COMMAND")
    verify = table.add(
        "verify",
        "attesting.verify",
        "recompute everything from the rows; names the first that disagrees",
        within=inner,
    )
    verify.add_argument(
        "--kept", action="append", default=[], metavar="FILE",
        help="checkpoints kept elsewhere that this ledger must still lead to",
    )  # fmt: skip
    table.add(
        "advance",
        "attesting.advance",
        "after a dump was loaded into a new server: use up transaction numbers until new entries come after the old",
        within=inner,
    )
    export = table.add(
        "export", "attesting.export", "write checkpoint, tiles and entries as static files", within=inner
    )
    export.add_argument("folder")
    _history(table)
    _law(table)
    _archive(table)
    doctor = table.add(
        "doctor",
        "examining.doctor",
        "say what is wrong with this deployment and how to mend it; changes nothing",
        needs="nothing",
    )
    doctor.add_argument("--workers", type=int, default=2, help="server processes on this machine (2)")
    bench = table.add(
        "bench", "benching.bench", "measure figures beside their limits, from a checkout", needs="nothing"
    )
    bench.add_argument("name", nargs="*", help="figures (all of them)")
    bench.add_argument("--short", action="store_true", help="less data; fails only far outside a band")
    bench.add_argument("--runs", type=int, default=0, help="runs of each figure (5, short 2)")
    bench.add_argument("--markdown", action="store_true", help="only write docs/performance.md anew")
    acts = table.add(
        "acts", "founding.acts_table", "print docs/acts.md from the register of acts", needs="django"
    )
    acts.set_defaults(json=False)
    return table.parser


def _copies(table: _Commands) -> None:
    """备份与恢复的命令。 The commands of copies."""
    backup = table.add("backup", "saving.backup", "take a physical copy of the city into an empty folder")
    backup.add_argument("folder")
    backup.add_argument(
        "--continuous", action="store_true",
        help="go on receiving the log beside the copy until stopped, so that any moment since can be restored",
    )  # fmt: skip
    forget = table.add(
        "forget-backup", "saving.slot", "a copy is no longer fed: the server keeps no log for it"
    )
    forget.add_argument("folder")
    restore = table.add(
        "restore",
        "saving.restore",
        "put a copy back into an empty data folder, and verify it",
        needs="nothing",
    )
    restore.add_argument("folder")
    restore.add_argument(
        "--until", default="", help="the moment up to which the log is replayed, with its zone"
    )
    restore.add_argument(
        "--kept", action="append", default=[], metavar="FILE",
        help="checkpoints kept elsewhere that the restored ledger must still lead to",
    )  # fmt: skip


def _history(table: _Commands) -> None:
    """历史的命令。 The commands of history: written as files, and analysed from them."""
    export = table.parts.add_parser("export", help="what is carried away as files")
    history = table.add(
        "history",
        "exporting.history",
        "write every step as Parquet, a file a month, without personal data, with hashes and the checkpoint",
        within=export.add_subparsers(metavar="COMMAND"),
    )
    history.add_argument("folder")
    history.add_argument("--month", action="append", default=[], metavar="YYYY-MM", help="these months alone")
    analyse = table.add(
        "analyse",
        "analysing.analyse",
        "work the table of organs and months out of exported history: counts, on time, exact median and p90",
        needs="nothing",
    )
    analyse.add_argument("folder")


def _archive(table: _Commands) -> None:
    """存档的命令。 The commands of the archive."""
    inner = table.parts.add_parser("archive", help="whole months as Parquet").add_subparsers(
        metavar="COMMAND"
    )
    write = table.add(
        "write",
        "archiving.write",
        "write whole months as Parquet with what proves them; with --drop they leave the database after that",
        within=inner,
    )
    write.add_argument("folder")
    write.add_argument(
        "--before", default="", metavar="YYYY-MM", help="months before this one (36 months ago)"
    )
    write.add_argument("--drop", action="store_true", help="drop them once archive and ledger are verified")
    verify = table.add(
        "verify",
        "archiving.verify",
        "prove an archive by the log's key, and by the living ledger where there is one",
        needs="nothing",
        within=inner,
    )
    verify.add_argument("folder")
    verify.add_argument(
        "--key", default="", help="the log's public key, as /ledger/key gives it: no database is asked"
    )


def _law(table: _Commands) -> None:
    """法典的命令。 The commands of the book."""
    law = table.parts.add_parser("law", help="the statute book").add_subparsers(metavar="COMMAND")
    impact = table.add(
        "impact",
        "keeping.impact",
        "what an instrument moves by a day: bindings, entries, cases, citations",
        within=law,
    )
    impact.add_argument("instrument", help="key or title")
    impact.add_argument("--on", default="", help="the day, YYYY-MM-DD (today)")
    impact.add_argument("--today", default="", help="as if asked on this day, YYYY-MM-DD (today)")
    add = table.add("add", "keeping.add", "enter one text into the book, as a legal officer", within=law)
    add.add_argument(
        "file", nargs="?", default="", help="the text, UTF-8; without it only the dates are entered"
    )
    add.add_argument(
        "--second", default="", help="another printing of the same text, compared article by article"
    )
    add.add_argument(
        "--as", dest="office_of", required=True, metavar="LOGIN", help="sign-in name of the legal officer"
    )
    add.add_argument("--key", required=True, help="lower-case path, e.g. cn/some-city/some-regulation")
    add.add_argument("--adopted", required=True, help="date of this version, YYYY-MM-DD")
    add.add_argument("--date-source", required=True, help="where the dates are from")
    add.add_argument("--level", required=True, help="local-regulation, government-rule, national-law …")
    for name in ("title", "title-en", "issuer", "jurisdiction", "in-force-from", "in-force-to", "source"):
        add.add_argument(f"--{name}", default="")
    one = table.add(
        "cite",
        "citing.cite",
        "what a citation means on a day: in force, superseded, repealed, not yet, unknown",
        within=law,
    )
    one.add_argument("text", help="the citation, e.g. 《村民委员会组织法》第二十一条第二款")
    many = table.add(
        "citations", "citing.citations", "every citation of a text, with its place and resolution", within=law
    )
    many.add_argument("file", help="a statute in Markdown or any text (UTF-8 or GB 18030)")
    for part in (one, many):
        part.add_argument(
            "--on", default="", metavar="YYYY-MM-DD", help="the day asked about (today in the city)"
        )
        part.add_argument(
            "--written", default="", metavar="YYYY-MM-DD", help="the day the citing text was written"
        )
