"""Backups: the database and the files that it names as one file, verified before any of it is put back.

What belongs here: the format, making one, restoring one. What does not: the inbox and the settings, which are the
operator's, and the ledger of erasures (``privacy.ledger``), which lies beside the backups and is never turned back.
"""
