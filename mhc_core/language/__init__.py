"""Text without meaning for the business: tags, figures, number words, intents, similarity of answers.

Not here: personal data (``scrubbing``) and what a customer wants to book (``concierge.facts``).
"""
