"""Feedback: what a rating is worth, and the signed links by which customers rate from an e-mail.

Not here: reading feedback files (``collection.importing``) and the pages behind the links (``mhc_serving``).
"""
