"""What agents use to work things out instead of guessing: quotes, bookings, policies, a person.

Not here: reading facts out of messages (``facts``).
"""
