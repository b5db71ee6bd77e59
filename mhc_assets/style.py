"""What all assets share in the UI: groups in the order of the flow, and owners."""

OWNERS = ["team:data"]

COLLECT = "a_collect"
LEARN = "b_learn"
MODEL = "c_model"
KNOWLEDGE = "d_knowledge"
MONITOR = "e_monitor"
