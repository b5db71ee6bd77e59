"""Results of reads that many ask and few writes change: how full days are, the calendar of demand, pages of articles.

Here belongs when a kept result may be given and when it is dropped. What is read belongs to ``db/queries``; answers of
the concierge are kept by ``response_cache``, which is another matter: it decides whether two questions mean the same.
"""
