"""The rights of the people whose words the platform holds: to be forgotten, to see what is held, to be kept no longer
than needed."""
