"""Finds names, addresses, phone numbers and secrets by the sentence they stand in: a model of this project's own.

Here belong: how a text is cut into tokens, what is seen of each, the model file and how it is trained. The text that it
is taught with is made in ``invented``. Exact forms (cards, IBAN, e-mail) are found by ``scrubbing/recognizers``.
"""
