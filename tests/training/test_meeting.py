"""A cluster's processes wait for each other, in words, and can be told to stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.training.meeting import meet

ALONE = "import sys; from hsi_inr_tf.training.meeting import meet; meet(sys.argv[1:], 0, silent=0.2)"


def free(count):
    """Addresses at loopback that nobody listens at."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return addresses


def test_three_meet_whoever_comes_first():
    addresses, there, free_again = free(3), [], []

    def come(number):
        meet(addresses, number)
        there.append(number)
        with socket.create_server(("", int(addresses[number].rpartition(":")[2]))):  # free for TensorFlow
            pass
        free_again.append(number)

    threads = [threading.Thread(target=come, args=(number,), daemon=True) for number in range(3)]
    for thread in threads[:2]:
        thread.start()
    time.sleep(0.6)
    assert there == []  # two do not begin without the third
    threads[2].start()
    for thread in threads:
        thread.join(20)
    assert sorted(there) == sorted(free_again) == [0, 1, 2]


def test_one_that_answers_otherwise_is_in_tensorflow_already():
    own, other = free(2)
    with socket.create_server(("127.0.0.1", int(other.rpartition(":")[2]))) as listener:

        def as_grpc():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00")  # HTTP/2 settings
                connection.recv(100)

        threading.Thread(target=as_grpc, daemon=True).start()
        meet([own, other], 0)


def test_a_port_that_is_taken_is_named():
    own, other = free(2)
    port = int(own.rpartition(":")[2])
    with socket.create_server(("", port)), pytest.raises(InputError, match=f"port {port}"):
        meet([own, other], 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_alone_says_for_whom_it_waits_and_hears_signals(number):
    addresses = free(2)
    process = subprocess.Popen(
        [sys.executable, "-c", ALONE, *addresses], stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        assert f"waiting for {addresses[1]} (number 1)" in process.stderr.readline()
        process.send_signal(number)
        assert process.wait(10) == -number
    finally:
        process.kill()
        process.wait()
