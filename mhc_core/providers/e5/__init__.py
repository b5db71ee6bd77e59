"""Sentence vectors in about a hundred languages, for what the English networks cannot read."""
