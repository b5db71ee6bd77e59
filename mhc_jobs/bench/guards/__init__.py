"""How well the guards stop what must not be said and whom they must not follow, on sets of independent writers.

Here: the sets, what is measured on them, and how the classifiers of the release are trained. Not here: the guards
(``mhc_core.concierge.guards``).
"""
