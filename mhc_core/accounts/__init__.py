"""People who sign in: their accounts, passwords and sessions.

Not here: the keys of programs (``mhc_serving.access``), and what a page lets a role do (``mhc_serving.console``).
"""
