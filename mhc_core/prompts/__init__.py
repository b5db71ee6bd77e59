"""Prompts: wordings as immutable versions, and experiments that try another wording on a share of customers.

Not here: what a provider is sent besides the wording (``concierge.agents``).
"""
