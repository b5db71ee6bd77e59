"""Who answers a message: the hand-over rules first, then the quote tool, then the model with the knowledge."""
