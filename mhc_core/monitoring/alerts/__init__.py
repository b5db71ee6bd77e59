"""Alerts: what is wrong reaches people on the channels they chose, once, until they say that they know.

``sources`` see what is wrong now, ``rules`` say who hears of it, ``planning`` writes down what each channel is to be
told, ``channels`` speak to e-mail, chat and telephone, ``delivery`` sends what is written down, and ``watching`` does
all of it again and again. Not here: what makes a condition (the stages and ``monitoring.anomalies``).
"""
