"""Rows that pure code also builds, one module a stage. A type that only a SELECT makes stands above its SELECT.

Imports ``vocabulary`` and plain types, nothing of the stages.
"""
