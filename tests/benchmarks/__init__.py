"""Measurements. They print figures and check counts; no test of the suite depends on a time."""
