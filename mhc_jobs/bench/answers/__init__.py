"""What customers are answered: the whole concierge, the choice among approved answers, and kept answers."""
