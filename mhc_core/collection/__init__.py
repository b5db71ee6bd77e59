"""Collection: conversations and ratings from outside become rows, and old ones are closed.

Here: reading files (``importing``) and deciding when a conversation is finished. Not here: what a rating is worth
(``feedback``), and turns that the concierge answered itself (``concierge.turn``).
"""
