"""The commands: each module has an Options dataclass and `run(options)`; main.py lists them."""

import sys
import warnings

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.quiet import quiet_tensorflow

quiet_tensorflow()  # here, as some commands import TensorFlow with their first lines


def command(run, options, argv=None, defaults=None, prog=None, examples=()) -> None:
    """Parse the command line into the dataclass `options` and call `run` on it.

    `defaults`, called with the arguments, may give an instance whose values stand where no flag is given.
    `prog` is the command's name in its help, which ends with the `examples`. Bad input ends in one line on
    standard error and exit status 2; Ctrl-C in status 130.
    """
    import tyro

    warnings.filterwarnings("ignore", category=UserWarning, module="tensorflow_datasets")
    try:
        argv = sys.argv[1:] if argv is None else argv
        default = defaults(argv) if defaults else None
        description = run.__doc__
        if examples:
            description += "\n\nExamples:\n" + "\n".join(f"  {line}" for line in examples)
        parsed = tyro.cli(options, prog=prog, args=argv, description=description, default=default)
        run(parsed)
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as stop:
        print(*stop.args, file=sys.stderr)
        sys.exit(130)
