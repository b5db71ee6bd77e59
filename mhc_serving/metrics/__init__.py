"""What Prometheus reads at ``/metrics``: what this process counted, and how full the queues are.

Labels are names that the code, the business file or a version has: never what a customer or a caller wrote.
"""
