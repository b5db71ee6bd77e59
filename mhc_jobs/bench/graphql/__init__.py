"""Queries that mean harm, and how long each takes."""
