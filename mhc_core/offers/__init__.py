"""What to suggest beside a price: what suits everybody at the table, chosen by what others took, and measured.

The dishes, offers and their limits are data of the business file (``[food.dishes]``, ``[offers]``). Not here: how a
suggestion is worded and where it stands in an answer (``concierge.turn.suggesting``).
"""
