"""Computing the next thing in a thread while the last one is used: decoding, model and writing overlap."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
END = object()


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items. One thread computes one of them in advance, no more, so that memory stays bounded; what
    it raises is raised here. Whoever stops early waits for the one that is being computed.
    """
    with ThreadPoolExecutor(1, "ahead") as pool:
        following = pool.submit(next, items, END)
        while (item := following.result()) is not END:
            following = pool.submit(next, items, END)
            yield item  # type: ignore[misc]
