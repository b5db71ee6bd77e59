"""Monitoring: what the whole platform looks like now, from the tables alone.

Here: status, weekly report, provenance of an answer, what is due. Not here: one stage's own numbers.
"""
