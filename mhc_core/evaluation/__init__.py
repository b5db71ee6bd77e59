"""Is the candidate better than the model in production? Measured on frozen questions, decided by rules set before.

Here is what is computed; ``mhc_core.evaluation.offline`` asks both models and stores the result. Not here: evidence
from live traffic (``rollout``).
"""
