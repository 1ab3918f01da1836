"""Faults: a real city under load is killed at random, again and again, and its clients' own log is held against it.

`make faults` (`python -m tests.faults --rounds 200 --seed 1`). What each fault comes to is in docs/faults.md.
"""
