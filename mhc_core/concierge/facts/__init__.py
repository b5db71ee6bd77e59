"""What a customer said so far: the party, the date, extras, booking details, and the memory of them.

Not here: prices (``business``).
"""
