"""Messages in Spanish, Chinese and Japanese, read into the same ``Understood`` as English ones.

Here: words and signs of those languages, exact grammars of their numbers, dates and times, and the models that find
slots, segments, acts and topics. Not here: what a value counts for (``values``, ``concierge.facts``), which know one
language only: the grammars spell what was said in the English that they read.
"""
