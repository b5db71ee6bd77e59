"""Answers kept for the next customer who asks the same: who may share an answer, and how that is learned."""
