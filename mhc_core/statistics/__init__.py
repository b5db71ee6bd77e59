"""Statistics that know nothing of the business: intervals, tests, calibration, agreement.

Each module names the source of its formula. Not here: which number decides what (``evaluation``, ``rollout``).
"""
