"""What agents use to work things out instead of guessing."""
