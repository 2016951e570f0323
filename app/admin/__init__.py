"""The administration site at `/admin`: it reads the tables for itself, and writes by use cases."""
