"""Support: hand-overs to a person, booking requests, and the webhooks that tell other systems of them.

Not here: deciding that a person is needed (``concierge.agents``).
"""
