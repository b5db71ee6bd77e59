"""What may be said: figures are supported, instructions in messages are not followed, words are polite.

Not here: personal data (``scrubbing``).
"""
