"""The states a row of quarantine can be in. Each entry of its life names one, and the newest entry counts."""

OPEN = "open"
RECOVERED = "recovered"
DUPLICATE = "duplicate"
CONDEMNED = "condemned"
# condemned before; its values are gone, and nothing brings them back
ERASED = "erased"
STATES = (OPEN, RECOVERED, DUPLICATE, CONDEMNED, ERASED)
# tries a row has after the one it was delivered with
ATTEMPTS = 3
