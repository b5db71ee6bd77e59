"""One turn as it happens: understand, route, look up a cached answer, let an agent answer, check, store.

Not here: what an agent says (``agents``) and what may be said (``guards``).
"""
