"""Understanding: what one customer message says, read by models that the pipeline trains.

Here: the result of reading a message, the taggers and classifiers behind it, how they are trained, stored and judged,
and how the words of a slot become a value. Not here: what follows from it (``concierge``).
"""
