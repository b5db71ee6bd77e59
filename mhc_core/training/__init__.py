"""Training: a data set becomes a fine-tuning job, and the job a model version. Each job is bought once.

Here: submitting, polling, deadlines of provider models, export. Not here: how a model is fitted (``providers``).
"""
