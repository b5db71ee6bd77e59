"""Who may call, how often, and from which sites: API keys, widget tokens, limits, browser rules.

Keys of programs live here, not in ``mhc_core.support``: only the API checks them, and the ``mhc keys`` command
manages them through this package, which imports no web framework for it.
"""
