"""The commands: each module has an Options dataclass and `run(options)`; main.py lists them."""

import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr

from hsi_inr_tf import extras, ranges
from hsi_inr_tf.errors import InputError, first_line


@contextmanager
def refusals() -> Iterator[None]:
    """End the process in one line on standard error where the block cannot go on: with status 2 for bad
    input, what the operating system refuses and missing packages, 130 for Ctrl-C.
    """
    try:
        yield
    except InputError as error:
        refuse(str(error))
    except ModuleNotFoundError as error:
        refuse(extras.missing(error.name or str(error)))
    except BrokenPipeError:  # whoever read the output, `head` say, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        refuse(refused(error))
    except RuntimeError as error:
        if not isinstance(error.__context__, OSError):
            raise
        refuse(refused(error.__context__))  # pathlib's words for links that go round
    except UnicodeEncodeError as error:
        refuse(f"'{error.object[:60]}' is no UTF-8, expected another name")
    except MemoryError:
        refuse("there is not enough memory for this, expected smaller pictures, cubes or tiles")
    except KeyboardInterrupt as stop:
        print(*stop.args, file=sys.stderr)
        sys.exit(130)


def refuse(sentence: str) -> None:
    """Print one line, with what cannot be printed spelt out, and end with status 2."""
    line = " ".join(f"error: {sentence}".split())
    encoding = sys.stderr.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
    sys.exit(2)


def refused(error: OSError) -> str:
    """What the operating system refused, with the file's name, in a sentence."""
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    if not names:
        return f"the system refused a file or connection ({error.strerror or first_line(error)})"
    shown = " to ".join(name if len(name) <= 200 else f"{name[:100]}...{name[-60:]}" for name in names)
    return f"{shown} cannot be used ({error.strerror or first_line(error)})"


def command(
    run: Callable,
    options: type,
    argv: Sequence[str] | None = None,
    defaults: Callable | None = None,
    prog: str | None = None,
    examples: Sequence[str] = (),
) -> None:
    """Parse the command line into the dataclass `options` and call `run` on it.

    `defaults`, called with the arguments, may give an instance whose values stand where no flag is given.
    `prog` is the command's name in its help, which ends with the `examples`. What cannot go on ends as
    `refusals` says.
    """
    warnings.filterwarnings("ignore", category=UserWarning, module="tensorflow_datasets")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be anything
    with refusals():
        argv = sys.argv[1:] if argv is None else argv
        default = defaults(argv) if defaults else None
        description = run.__doc__ or ""
        if examples:
            description += "\n\nExamples:\n" + "\n".join(f"  {line}" for line in examples)
        run(_parsed(options, argv, prog=prog, description=description, default=default))


def _parsed(options, argv, **more):
    """The options; InputError with tyro's words where it has a box of them."""
    import tyro

    said = io.StringIO()
    try:
        with redirect_stderr(said):
            parsed = tyro.cli(options, args=argv, **more)
    except SystemExit as end:
        if not end.code:  # help
            raise
        raise InputError(f"{_sentence(said.getvalue())} ({more['prog'] or 'this command'} --help)") from end
    except RecursionError as error:
        raise InputError("an option is nested too deeply") from error
    ranges.check(parsed)  # defaults too, which may come from a file
    return parsed


def _sentence(box: str) -> str:
    """The words of tyro's box up to its rule, without its frame; of missing options only their names."""
    lines = [line.strip("\u2502| ") for line in box.splitlines()]
    lines = [line for line in lines if line and line[0] not in "\u256d\u2570+"]
    rule = next((i for i, line in enumerate(lines) if set(line) <= set("\u2500-")), len(lines))
    lines = lines[:rule]
    if lines and lines[0].startswith("Missing from"):
        names = [line for line in lines[1:] if line.startswith("--") or line.isupper()]
        return f"missing {', '.join(names)}"
    return " ".join(lines).removeprefix("Error parsing ") or "the command line cannot be read"
