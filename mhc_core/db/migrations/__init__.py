"""The schema's history. Applied by ``mhc_core.db.upgrade``, which hands ``env.py`` its connection."""
