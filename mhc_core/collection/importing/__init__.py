"""Files of conversations and feedback: decoded, checked record by record, written in batches.

Here: formats, and the reason each refused record is told. Not here: knowledge articles (``knowledge.articles``).
"""
