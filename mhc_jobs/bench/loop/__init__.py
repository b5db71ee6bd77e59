"""What the learning loop costs as the history grows: every stage on an empty database that is filled step by step."""
