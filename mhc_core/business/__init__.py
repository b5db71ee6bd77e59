"""The business: prices and rules as data (one TOML file), and the arithmetic of a quote.

Not here: reading a party or a date out of a message (``concierge.facts``).
"""
