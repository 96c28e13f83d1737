"""The commands: each module has an Options dataclass and `run(options)`; scripts/ call `command` on them."""

import sys
import warnings

from hsi_inr_tf.errors import InputError


def command(run, options, argv=None) -> None:
    """Parse the command line into the dataclass `options` and call `run` on it.

    Bad input ends in one line on standard error and exit status 2; Ctrl-C in status 130.
    """
    import tyro

    warnings.filterwarnings("ignore", category=UserWarning, module="tensorflow_datasets")
    try:
        run(tyro.cli(options, args=argv, description=run.__doc__))
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as stop:
        print(*stop.args, file=sys.stderr)
        sys.exit(130)
