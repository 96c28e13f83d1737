"""Where the processes of a cluster wait for each other: TensorFlow's own waiting says nothing, and hears
neither Ctrl-C nor SIGTERM.
"""

import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import contextmanager, suppress

from hsi_inr_tf.errors import InputError

HELLO = b"hsi-inr meets "
BETWEEN = 0.2  # seconds between two looks
REMIND = 60.0  # seconds between two words about the same processes


def meet(addresses: Sequence[str], own: int, silent: float = 3.0) -> None:
    """Return once all processes at `addresses` (host:port) have met, of which this is number `own`.

    Says on standard error, after `silent` seconds and whenever it changes, for whom it waits. All have met
    when each has found every other and was found by it; one that answers otherwise than here is in
    TensorFlow already. Raises InputError if this process cannot listen at its own address.
    """
    others = {number: _split(address) for number, address in enumerate(addresses) if number != own}
    found: set[int] = set()
    found_by: set[int] = set()
    said, say_at = None, time.monotonic() + silent
    with _greeting(addresses[own], found_by):
        while waited := [number for number in others if number not in found or number not in found_by]:
            for number in waited:
                answer = _ask(others[number], own)
                if answer is not None:
                    found.add(number)
                    if not answer.startswith(HELLO):
                        found_by.add(number)
            if time.monotonic() >= say_at and (waited != said or time.monotonic() >= say_at + REMIND):
                names = ", ".join(f"{addresses[number]} (number {number})" for number in waited)
                print(f"waiting for {names} of the cluster in TF_CONFIG", file=sys.stderr, flush=True)
                said, say_at = waited, time.monotonic()
            time.sleep(BETWEEN)


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


@contextmanager
def _greeting(address: str, found_by: set):
    """Within, whoever greets is greeted and noted; afterwards the port is free for TensorFlow."""
    port = _split(address)[1]
    try:
        listener = socket.create_server(("", port))  # at every address of this machine, as TensorFlow will
    except (OSError, OverflowError) as error:
        raise InputError(
            f"TF_CONFIG: this process cannot listen at port {port} of {address} ({error})"
        ) from error
    thread = threading.Thread(target=_answer, args=(listener, found_by), daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # a thread that waits in accept would keep the port
        thread.join()
        listener.close()


def _answer(listener: socket.socket, found_by: set) -> None:
    """Greet whoever greets, and note who it was, until the listener is closed."""
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with suppress(OSError, ValueError), connection:
                connection.settimeout(2)
                number = int(connection.recv(64).removeprefix(HELLO))
                connection.sendall(HELLO)
                found_by.add(number)


def _ask(place: tuple[str, int], own: int) -> bytes | None:
    """What a process answers to a greeting; nothing at all if it is not there."""
    try:
        connection = socket.create_connection(place, timeout=2)
    except (OSError, OverflowError):
        return None
    with connection, suppress(OSError):
        connection.sendall(HELLO + str(own).encode())
        return connection.recv(64) or None
    return b""
