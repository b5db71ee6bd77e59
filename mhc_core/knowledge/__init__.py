"""Knowledge: articles become chunks, chunks become an immutable index version, and the better version goes live."""
