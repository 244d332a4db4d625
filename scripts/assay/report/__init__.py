"""The quarantine report: gathered from Athena, drawn as one HTML file that needs nothing else."""
