"""Whether forecasts of what customers buy come true, beside plain models of the literature."""
