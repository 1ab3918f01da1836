"""The rules of the house, as functions.

Each takes a tree, the register of acts, the models or a database, and returns what stands against the rule: where, what,
and what to do instead. The same function is asked about the house, where it must find nothing, and about a planted
fault, which it must name.
"""
