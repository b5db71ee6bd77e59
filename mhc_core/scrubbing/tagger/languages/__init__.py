"""Finds personal data in sentences of other languages: a tagger a kind of writing, beside the one for English.

``es`` reads the words of Spanish sentences, ``signs`` the single signs of Chinese and Japanese ones, where no blank
tells a name from the words around it. Here belong: what each sees, the sentences that teach them, and their files.
Exact forms (phone numbers, papers with check digits) are found by ``scrubbing/recognizers``.
"""
