"""The one exception for input that is not as it should be."""

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # what would break a line, or steer a terminal


class InputError(ValueError):
    """Bad input from a user: the message is one sentence naming the file, what is wrong and what was
    expected.

    Commands print it on one line and exit with status 2: what it quotes of a file has its line ends and other
    control characters replaced by spaces.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(CONTROL.sub(" ", message))


def first_line(error: BaseException) -> str:
    """What an exception of another package says, in one line; its name where it says nothing."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
