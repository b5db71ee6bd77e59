"""What ``mhc bench chat`` runs: a filled database, the bare route it is compared with, and the customers."""
