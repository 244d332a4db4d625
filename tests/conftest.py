"""Settings for all tests: nothing is timed in a test, a property neither."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
