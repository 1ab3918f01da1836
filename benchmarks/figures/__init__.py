"""One module per figure; each offers `FIGURE`."""

import importlib
import pkgutil

from benchmarks.figure import Figure


def figures() -> dict[str, Figure]:
    """Every figure by its name, those without a data set first, the largest data sets last. Needs Django to be set up."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    ]
    known = {module.FIGURE.name: module.FIGURE for module in modules if hasattr(module, "FIGURE")}
    return dict(sorted(known.items(), key=lambda pair: (max(pair[1].needs, default=""), pair[0])))
