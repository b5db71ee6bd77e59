"""Anomalies: figures of the hours that are not what they use to be, with a bounded chance of ever being wrong.

``detectors`` is the family with its promise, ``series`` makes its counts from the figures that are counted as things
happen, ``judging`` turns evidence into alarms that begin and end, ``looking`` does it all for one installation, and
``seed_rules`` are rules of thumb that are shown beside. The statistics are ``mhc_core.statistics.e_detectors``.
"""
