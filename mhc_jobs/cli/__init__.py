"""The ``mhc`` command. Each module is one command; what is slow to import is imported when the command runs."""
