"""Who answers a message: the hand-over rules first, then the quote tool, then the model with the knowledge.

Not here: arithmetic and wording of quotes and bookings (``tools``).
"""
