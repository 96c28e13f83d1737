"""Ctrl-C and SIGTERM (a cluster taking its machine back) end training between steps, after a checkpoint."""

import signal
import threading


class Interrupted(KeyboardInterrupt):
    """Training was asked to stop; the message says where it stands and how to go on."""


class Interruption:
    """`with Interruption() as stop:` notes the first signal in `stop.asked`; a second one raises
    KeyboardInterrupt at once.
    """

    signals = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self):
        self.previous = {}
        if threading.current_thread() is threading.main_thread():
            self.previous = {number: signal.signal(number, self._note) for number in self.signals}
        return self

    def _note(self, number, frame):
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def __exit__(self, *_):
        for number, handler in self.previous.items():
            signal.signal(number, handler)
        return False

    def check(self) -> None:
        """Raise Interrupted if a signal came."""
        if self.asked:
            raise Interrupted
