"""What the jobs do: from a run's plan to its run summary."""
