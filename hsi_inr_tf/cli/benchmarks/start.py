"""What a person waits for each command, from nothing: a process of its own, its imports and its model."""

import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from tqdm import tqdm

from hsi_inr_tf import inference
from hsi_inr_tf.cli.benchmarks.reconstruct import photograph
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import between, whole

PATIENCE = 120.0  # seconds that a server may take


@dataclass(frozen=True)
class Options:
    model: str = "inr-compact"
    """A bundled model, or what else `load` opens on every engine that is timed."""
    engines: tuple[Literal["litert", "tensorflow"], ...] = ("litert", "tensorflow")
    """Engines that reconstruct, of litert and tensorflow."""
    repeats: Annotated[int, whole(1, 10_000)] = 5
    """Runs of every command, in turn, of which the median counts."""
    large: Annotated[float, between(0, 1e4)] = 12.0
    """Megapixels of the large photograph; 0 for none."""
    json: Path | None = None
    """Also write the rows to this file."""

    def __post_init__(self):
        if self.repeats < 1:
            raise InputError(f"--repeats is {self.repeats}, expected at least 1")


def run(options: Options) -> None:
    """Processor and wall seconds of commands from nothing: help, reconstruct, view, serve until ready."""
    inference.load(options.model)  # what cannot be loaded is refused before anything is timed
    with tempfile.TemporaryDirectory() as folder:
        commands = dict(_commands(options, Path(folder)))
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        total = len(commands) * options.repeats
        with tqdm(total=total, desc="starting", unit="run", leave=False) as bar:
            for _ in range(options.repeats):
                for name, measure in commands.items():  # in turn: a noisy moment falls on all
                    seconds[name].append(measure())
                    bar.update()
    rows = [
        {
            "command": name,
            "processor_seconds": statistics.median(one for one, _ in times),
            "wall_seconds": statistics.median(wall for _, wall in times),
        }
        for name, times in seconds.items()
    ]
    width = max(len(name) for name in seconds)
    print(f"{options.model}, medians of {options.repeats} runs in turn")
    print(f"{'':<{width}} {'processor s':>12} {'wall s':>8}")
    for row in rows:
        print(f"{row['command']:<{width}} {row['processor_seconds']:12.2f} {row['wall_seconds']:8.2f}")
    if options.json:
        write_json(options.json, {"model": options.model, "repeats": options.repeats, "rows": rows})
        print(f"wrote {options.json}")


def _commands(options, folder: Path):
    """(name, what measures it once) of every command."""
    small = folder / "small.jpg"
    photograph(0.262144, small)
    yield "reconstruct --help", partial(_timed, "reconstruct", "--help")
    for engine in options.engines:
        to = ["--model", options.model, "--engine", engine, "--out", folder / f"{engine}.hdr"]
        yield f"reconstruct 0.26 megapixels, {engine}", partial(_timed, "reconstruct", small, *to)
    if options.large:
        large = folder / "large.jpg"
        photograph(options.large, large)
        to = ["--model", options.model, "--dtype", "uint16", "--out", folder / "large.hdr"]
        yield f"reconstruct {options.large:g} megapixels, uint16", partial(_timed, "reconstruct", large, *to)
    yield "view 0.26 megapixels", partial(_timed, "view", folder / f"{options.engines[0]}.hdr")
    yield "serve until ready", partial(_until_ready, options.model)


def _timed(*arguments) -> tuple[float, float]:
    """(processor, wall) seconds of `hsi-inr ARGUMENTS`; InputError if it fails."""
    before, began = _children(), time.monotonic()
    command = [sys.executable, "-m", "hsi_inr_tf", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"hsi-inr {arguments[0]} failed: {(done.stderr.strip().splitlines() or [''])[-1]}")
    return _children() - before, time.monotonic() - began


def _until_ready(model: str) -> tuple[float, float]:
    """(processor, wall) seconds from starting a server until it answers at its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["serve", model, "--port", str(port), "--grpc-port", "None"]
    before, began = _children(), time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "hsi_inr_tf", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _await(lambda: _answers(port) or server.poll() is not None)
        if server.poll() is not None:
            reason = server.communicate()[1].decode().strip().splitlines() or [""]
            raise InputError(f"hsi-inr serve failed: {reason[-1]}")
        wall = time.monotonic() - began
    finally:
        server.terminate()
        server.wait()
    return _children() - before, wall


def _await(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise InputError(f"the server was not ready after {PATIENCE:g} s")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _children() -> float:
    """Processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
