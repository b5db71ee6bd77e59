"""The sample business: its prices and rules, its knowledge base, and a seeded generator of its conversations.

The facts are data (``business.toml``, ``knowledge/*.md``); the customers are invented from US census name lists, phone
numbers reserved for fiction and reserved e-mail domains.
"""

from mhc_jobs.sample.files import business_file, knowledge_dir, translations_dir
from mhc_jobs.sample.generate import SAMPLE_SEED, default_sample, generate, personal_values

__all__ = [
    "SAMPLE_SEED",
    "business_file",
    "default_sample",
    "generate",
    "knowledge_dir",
    "personal_values",
    "translations_dir",
]
