"""Measures of what the platform does in several languages, each beside a baseline in the same run."""
