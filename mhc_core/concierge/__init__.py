"""The concierge: one turn of a conversation, from a message to a stored answer. Imports no web framework.

A turn goes down: ``turn`` asks ``agents``, these use ``tools`` and ``guards``, and those ``facts`` and ``models``.
``mhc_serving`` speaks HTTP around it; simulation and benchmarks ask it directly.
"""
