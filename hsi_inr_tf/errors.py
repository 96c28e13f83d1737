"""The one exception for input that is not as it should be."""


class InputError(ValueError):
    """Bad input from a user: the message is one sentence naming the file, what is wrong and what was
    expected.

    Commands print it on one line and exit with status 2.
    """


def first_line(error: BaseException) -> str:
    """What an exception of another package says, in one line; its name where it says nothing."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
