"""Adapters to whatever answers, embeds or fine-tunes; the protocols are in ``mhc_core.protocols``.

One package an adapter, one module an idea. Not here: which model answers a customer (``concierge.models``).
"""
