"""Benchmarks: one module what ``mhc bench …`` measures. Nothing of the platform imports them."""
