"""虚构的一年。 The synthetic year of cases of a pack, drawn over its own lists, places and organs. Deterministic by seed.

Every case is a legal walk along `cases.rules.MOVES`; its clocks are counted by `law.rules`. No case is anybody's.
"""

from tongxin.web.pack.history.draws import GridSite
from tongxin.web.pack.history.facts import history_facts
from tongxin.web.pack.history.town import BoundClause, HistoryFacts, ListEdition
from tongxin.web.pack.history.year import historic_cases

__all__ = ["BoundClause", "GridSite", "HistoryFacts", "ListEdition", "historic_cases", "history_facts"]
