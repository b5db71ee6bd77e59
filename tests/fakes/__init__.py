"""Stand-ins for paid services, and the fixtures that tests of several packages share."""
