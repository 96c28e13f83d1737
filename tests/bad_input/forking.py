"""Runs commands in children of one process that has imported what takes long, and kills some at a chosen
call.

Each line of standard input is a job in JSON: folder, argv, the file `said` for its words and, where it is to
be killed, `place` (a function), `call` (which of its calls), `when` (before or after it) and `signal`. Each
is answered with the child's exit status, negative for a signal.
"""

import importlib
import json
import os
import sys
import traceback

import keras  # noqa: F401 - imported once, and started in the children only
import tensorflow as tf  # noqa: F401
import tensorflow_datasets as tfds  # noqa: F401

from hsi_inr_tf import export, inference, training, viz  # noqa: F401
from hsi_inr_tf.cli.main import main


def kill_at(place: str, call: int, when: str, number: int) -> None:
    """Let the `call`-th call of a function end this process."""
    module, name = place.rsplit(".", 1)
    module = importlib.import_module(module)
    real, left = getattr(module, name), [call]

    def killing(*args, **kwargs):
        left[0] -= 1
        if left[0]:
            return real(*args, **kwargs)
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), number)

    setattr(module, name, killing)


def child(job: dict) -> None:
    """Run a job, and end."""
    said = os.open(job["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(job["folder"])
    code = 0
    try:
        if "place" in job:
            kill_at(job["place"], job["call"], job["when"], job["signal"])
        main(job["argv"])
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


for line in sys.stdin:
    job = json.loads(line)
    pid = os.fork()
    if pid == 0:
        child(job)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
