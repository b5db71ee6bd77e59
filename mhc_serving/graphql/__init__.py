"""``/graphql``: the same data and acts as the REST routes, in the shape that a front end asks for.

Here belongs what a field gives, who may have it, and how much one query may ask. What an act means belongs to the
domain, SQL to ``mhc_core/db/queries``; a field and a route that do the same call the same function.
"""
