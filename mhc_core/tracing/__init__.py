"""Spans of what a request does, as OpenTelemetry has them: where they are made, what may stand in them, who gets them.

Nothing here is imported from OpenTelemetry until traces are switched on. What is measured for everybody belongs to
``monitoring`` and ``/metrics``; how long the parts of one answer took is told to its reader by ``concierge.timing``.
"""
