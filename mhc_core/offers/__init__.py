"""What to suggest beside a price: what fits everybody who eats along, chosen by what others took, measured by a holdout.

The dishes, offers and their limits are data of the business file (``[food.dishes]``, ``[offers]``). Not here: how a
suggestion is worded and where it stands in an answer (``concierge.turn.suggesting``).
"""
