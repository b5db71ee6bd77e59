"""Which model answers: the promoted one, a candidate in rollout or shadow, a provider's, and what happens when one
fails.

Not here: how a model works (``providers``) and when it is promoted (``rollout``).
"""
