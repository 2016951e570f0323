"""Events and attendees from two CSV files, through the same rules as everything else."""
