"""What guests cannot or do not eat, as they say it: which words tell of it (``mentions``), and whether they state it.

Whether a mention is a need, for whom, and whether it is taken back, is learned (``stances``) from examples (``gold``).
Not here: what follows from it for the menu (``mhc_core.offers``).
"""
