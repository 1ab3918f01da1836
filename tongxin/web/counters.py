"""数着的。 What is counted as it passes: requests, acts, mails. The figures that are read from the database stand in `measures.py`.

Each process counts in a file of its own below `PROMETHEUS_MULTIPROC_DIR`, which `tongxin` sets, in the data folder. This module is
read while logging is set up, before any model is.
"""

import logging
import os
from typing import Final

from prometheus_client import Counter, Histogram

FOLDER: Final = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")  # as it was when counting began
REQUESTS = Counter("tongxin_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "tongxin_request_seconds",
    "How long a request took, in seconds.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ACTS = Counter("tongxin_acts", "Acts done and refused.", ["verb", "outcome"])
MAILS = Counter("tongxin_mails", "Tries to deliver a notice by mail.", ["outcome"])


class ActsCounted(logging.Handler):
    """数行为。 Counts the acts that the gate tells of: the ground needs to know nothing of what listens."""

    def emit(self, record: logging.LogRecord) -> None:
        """记一次。 Count one record of the gate."""
        facts = getattr(record, "facts", {})
        if "verb" in facts and "outcome" in facts:
            ACTS.labels(facts["verb"], facts["outcome"]).inc(int(facts.get("entries", 1)))
