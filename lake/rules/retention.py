"""How long a dataset's contract lets data of a day of delivery be kept."""

from datetime import date


def kept_too_long(delivered: str, years: int, today: date) -> bool:
    """Whether that many years are over since a day of delivery, YYYY-MM-DD."""
    day = date.fromisoformat(delivered)
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + years) <= today
