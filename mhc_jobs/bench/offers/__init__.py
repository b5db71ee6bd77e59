"""What the concierge suggests beside what guests cannot eat, in dialogues written for it."""
