"""How well calls are heard: sentences of invented booking calls, read aloud by machines, through a telephone's band."""
