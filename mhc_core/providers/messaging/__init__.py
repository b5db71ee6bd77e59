"""Services that carry one message to one person. Each says what became of it, and never sends it twice by itself."""
