"""Ordinary Presidio recognisers; each can be added to any registry of Presidio."""
