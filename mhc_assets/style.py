"""What all assets share in the UI: the groups, in the order data flows, and the owners."""

OWNERS = ["team:data"]

COLLECT = "collection"
LEARN = "curation"
MODEL = "model"
UNDERSTAND = "understanding"
KNOWLEDGE = "knowledge"
MONITOR = "monitoring"
CUSTOMERS = "customers"
CAMPAIGNS = "follow_ups"
DEMAND = "demand"
