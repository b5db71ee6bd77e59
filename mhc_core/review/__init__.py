"""Review: what people decide about examples, and in which order they are asked.

Here: decisions, exclusion, the order of the queue and the vote predictor behind it. Not here: the screens
(``mhc_jobs.cli.review``, ``mhc_serving.routes.review``).
"""
