"""How well customers are served in other languages than English, on messages written by hand."""
