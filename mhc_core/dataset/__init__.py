"""Data sets: verified examples become an immutable, content-hashed file, split by customer.

Not here: which examples are verified (``review``) and what is trained on them (``training``).
"""
