"""One item is computed while another is used: never more, and never lost."""

import threading

import pytest

from hsi_inr_tf.inference.ahead import ahead


def test_items_come_in_order_and_the_next_is_computed_while_one_is_used():
    computed = [threading.Event() for _ in range(3)]

    def items():
        for number, event in enumerate(computed):
            event.set()
            yield number

    seen = []
    for number in ahead(items()):
        if number < 2:
            assert computed[number + 1].wait(10)  # though nobody has asked for it
        assert not any(event.is_set() for event in computed[number + 2 :])
        seen.append(number)
    assert seen == [0, 1, 2]


def test_what_is_raised_in_the_thread_is_raised_where_its_item_was_due():
    def items():
        yield 1
        raise OSError("disk")

    iterator = ahead(items())
    assert next(iterator) == 1
    with pytest.raises(OSError, match="disk"):
        next(iterator)


def test_whoever_stops_early_leaves_no_thread():
    for _ in ahead(iter(range(9))):
        break
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
