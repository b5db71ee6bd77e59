"""Text that the tagger is taught with: sentences of ``frames`` filled with invented people, addresses and numbers.

Nobody in it is real. It is drawn from a seed and there is no end to it; the same seed gives the same text.
"""
