"""Threads that run beside the answers: each does its own work, survives its own failures and stops with the process."""
