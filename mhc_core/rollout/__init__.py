"""Rollout: how an approved model goes live step by step, and back.

Here: the policy, the gate that looks at live evidence, the stages and who is assigned to which. Not here: answering
with the assigned model (``concierge.models.rollout``).
"""
