"""停止的命令，不需要 Django。 The command that stops, and needs no Django."""

import argparse
from typing import Any

from tongxin.web.console import cluster, environment


def stop(given: argparse.Namespace) -> tuple[int, Any]:
    """停止数据库。 Stop the embedded database of the data folder."""
    del given
    return 0, {"stopped": cluster.stop(environment.data_folder())}
