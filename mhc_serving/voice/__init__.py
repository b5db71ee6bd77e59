"""Talking with customers: telephone calls that Twilio passes on, and a page on which one holds a button and talks.

Here: what is said over a line and when. Not here: what is answered (``Concierge.answer``, as on every other door), and
hearing and speaking themselves (``mhc_core.speech``).
"""
