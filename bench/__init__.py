"""Measures a server of its own: `python -m bench`, two tables, and the same as JSON."""
