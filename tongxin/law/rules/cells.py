"""表格文件的格子。 Cells of a table file that no spreadsheet takes for a formula, and that a program reads back as they were.

Every export to CSV is written here (docs/decisions/0023). Pure.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

# What begins a formula in the common spreadsheets; in an East Asian locale the full-width forms do, too. The quote itself is
# among them so that exactly one is put before a cell and exactly one taken away: `read_cell` undoes `plain_cell`.
RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "'")
BOM: Final = "\ufeff"  # without it the common spreadsheet reads Chinese wrongly


def plain_cell(value: object) -> object:
    """不会被当成公式的格子。 A text that would start a formula gets a quote before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" \u3000\xa0").startswith(RUNS) else value


def read_cell(cell: str) -> str:
    """还原。 The text that `plain_cell` made a cell of."""
    return cell.removeprefix("'")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV 的全文。 The text of a CSV file (RFC 4180), with its head; every cell is plain, those of the head, too."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain_cell(name) for name in head])
    writer.writerows([plain_cell("" if value is None else value) for value in row] for row in rows)
    return BOM + out.getvalue()
