"""Work that must not hold up the server's loop: it may call the server itself."""

import contextvars
import threading
from collections.abc import Callable


def in_background(work: Callable[[], None]) -> None:
    """Run the work on a thread of its own, under the account and region of the present request."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), daemon=True).start()
