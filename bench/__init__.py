"""Measures a server of its own: `python -m bench`, one table, and the same as JSON."""
