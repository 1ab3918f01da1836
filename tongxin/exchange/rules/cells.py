"""表格文件的格子。 Cells of a table file that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM: Final = "\ufeff"  # without it the common spreadsheet reads Chinese wrongly


def plain_cell(value: object) -> object:
    """不会被当成公式的格子。 A text that would start a formula gets a quote before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(RUNS) else value


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV 的全文。 The text of a CSV file (RFC 4180), with its head; every cell is plain."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([plain_cell("" if value is None else value) for value in row] for row in rows)
    return BOM + out.getvalue()
