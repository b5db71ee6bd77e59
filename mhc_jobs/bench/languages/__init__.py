"""How well messages in other languages than English are read, answered and scrubbed."""
