"""The closed loop in compressed time: customers whose needs are known, serving, staff and the pipeline, week by week.

Nothing here is used by the platform itself; ``mhc simulate`` runs it on a database of its own.
"""
