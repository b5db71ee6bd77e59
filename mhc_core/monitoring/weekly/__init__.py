"""The weekly report: what the week was like, what was learned, and what is worth doing.

``gathering`` reads it from the tables, ``figures`` judges how sure each figure is, ``advice`` says what to do,
``rendering``, ``charts`` and ``pdf`` write it, ``mailing`` sends it, ``publishing`` does all of it once a week. It
holds counts and names of versions, intents and articles, never a word of a customer: it leaves the house.
"""
