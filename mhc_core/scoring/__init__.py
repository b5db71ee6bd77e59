"""Scoring: how good a finished conversation was, from five weighted factors.

Not here: whether the scores agree with people; that is measured in ``mhc_jobs.bench.scores``.
"""
