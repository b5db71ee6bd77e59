"""What a server tells of itself as it runs: its log, and traces of requests. Figures belong to ``metrics``."""
