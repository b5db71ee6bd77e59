"""The domain of the MHC self-learning platform. Knows neither Dagster nor FastAPI.

A package a stage, in the order data flows: ``collection``, ``feedback``, ``scoring``, ``scrubbing``, ``review``,
``dataset``, ``training``, ``evaluation``, ``rollout``; beside them ``knowledge``, ``prompts``, ``response_cache``,
``support`` and ``concierge``, which answers. ``monitoring`` and ``privacy`` look at all of them. Below lie what
stages share: ``db``, ``providers``, ``language``, ``business``, ``artifacts``, ``statistics``. Which may import
which stands in ``pyproject.toml``.
"""
