"""Translation of the knowledge: what must survive it word for word, and the check that it did.

Not here: what is said by rule (``languages``), translations of articles as they are stored (``knowledge``), and the
adapters that translate (``providers``).
"""
