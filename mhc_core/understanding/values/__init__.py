"""From the words of a slot to its value: a module for each kind, ``resolve`` for all slots of a message.

Nothing here finds slots; words that give no single value give ``None``, so that the customer is asked.
"""
