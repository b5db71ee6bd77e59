"""Whether forecasts of demand come true, beside the baselines, from rolling origins."""
