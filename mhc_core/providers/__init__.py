"""Adapters to whatever answers, embeds or fine-tunes: the protocols, and one module an adapter."""
