"""The commands: each module has an Options dataclass and `run(options)`; main.py lists them."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hsi_inr_tf import extras
from hsi_inr_tf.errors import InputError


@contextmanager
def refusals() -> Iterator[None]:
    """End the process in one line on standard error where the block cannot go on: with status 2 for bad input
    and missing packages, 130 for Ctrl-C.
    """
    try:
        yield
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        print(f"error: {extras.missing(error.name or str(error))}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as stop:
        print(*stop.args, file=sys.stderr)
        sys.exit(130)


def command(
    run: Callable, options: type, argv=None, defaults: Callable | None = None, prog=None, examples=()
) -> None:
    """Parse the command line into the dataclass `options` and call `run` on it.

    `defaults`, called with the arguments, may give an instance whose values stand where no flag is given.
    `prog` is the command's name in its help, which ends with the `examples`. What cannot go on ends as
    `refusals` says.
    """
    warnings.filterwarnings("ignore", category=UserWarning, module="tensorflow_datasets")
    with refusals():
        import tyro

        argv = sys.argv[1:] if argv is None else argv
        default = defaults(argv) if defaults else None
        description = run.__doc__
        if examples:
            description += "\n\nExamples:\n" + "\n".join(f"  {line}" for line in examples)
        parsed = tyro.cli(options, prog=prog, args=argv, description=description, default=default)
        run(parsed)
