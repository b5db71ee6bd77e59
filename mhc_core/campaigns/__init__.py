"""Follow-ups that people do not hate: what is written to whom, when, and above all when not.

Planning says who is due for which step, sending carries it out once, and ``law`` says who may be written to. Nobody is
written to unless ``MHC_CAMPAIGNS`` is on; planning alone shows what would happen.
"""
