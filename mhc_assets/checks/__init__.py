"""Checks of what the assets made, one module a stage. A blocking one stops everything after it."""
