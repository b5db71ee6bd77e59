"""Scoring: how good a finished conversation was, from five weighted factors, and the learned chance that it pleased.

Not here: whether the scores agree with people, and the training of what ships; both are in ``mhc_jobs.bench.scores``.
"""
