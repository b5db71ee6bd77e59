"""What a customer is worth and whether they stay, from what they bought and when.

Here: histories of purchases, models of them, churn. Not here: SQL (``db/queries``), what is done about it (campaigns),
how busy it will be (``demand``). Days are whole numbers counted from any one day; weeks are seven of them.
"""
