"""Runs on other machines by Celery: the launcher that the daemon uses, the worker, and how it is told that a run lives.

What a run does is not here (``mhc_assets``), nor which launcher is used (``instance_file``).
"""
