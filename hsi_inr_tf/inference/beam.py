"""The pipeline: pictures in, cubes written beside each other, and a report with a line for each picture.

It lives in a module of its own because Beam's workers import it by name.
"""

import io
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.extras import EXTRA_OF
from hsi_inr_tf.files import read_json, work_folder, write_text

if TYPE_CHECKING:
    from hsi_inr_tf.inference.reconstructor import Reconstructor

DASK = "apache_beam.runners.dask.dask_runner.DaskRunner"  # of which Beam has no short name
MOST_PARTITIONS = 10_000  # on Dask, whose scheduler takes some 0.2 ms for each


@dataclass(frozen=True)
class Outcome:
    """What became of one picture: `summary` says what was made of it, or `error` why nothing was."""

    picture: str
    summary: str | None = None
    error: str | None = None


class Reconstruct(beam.DoFn):
    """Calls `work(reconstructor, picture, target) -> summary` for every (number, picture, target), and writes
    what became of it to the file `number`.json in `folder`.

    A picture that cannot be read becomes an Outcome with its error, and the others go on. A file each, since
    what is handed on between the steps of a pipeline is lost or computed twice on some runners: Dask's drops
    what a bundle gives when it finishes (as Beam's BatchElements and RunInference do), and computes what a
    file sink waits for once more.
    """

    def __init__(self, model: tuple[str, str, bool], work: Callable, folder: str) -> None:
        self.model = model
        self.work = work
        self.folder = folder

    def process(self, job: tuple[int, str, str]) -> None:
        number, picture, target = job
        try:
            summary = self.work(loaded(*self.model), Path(picture), Path(target))
            outcome = Outcome(picture, summary=summary)
        except InputError as error:
            outcome = Outcome(picture, error=str(error))
        whole = Path(self.folder) / f"{number}.json"
        part = whole.with_name(f".{number}-{uuid.uuid4().hex}")
        # Where the folder is gone the run is over: a runner that computes twice has come to the second time.
        with suppress(FileNotFoundError):
            part.write_text(json.dumps(asdict(outcome)), "utf-8")
            part.replace(whole)


def run(
    pairs: Iterable[tuple],
    model: tuple[str, str, bool],
    work: Callable,
    report: Path,
    options: PipelineOptions,
) -> list[Outcome]:
    """Reconstruct all `pairs` (picture, target) with what `loaded(*model)` gives, on the runner of `options`;
    gives an outcome for each, sorted by picture, as `report` holds them, a file of JSON lines.

    What the runner loses, or leaves when it fails, has an outcome that says so. On a cluster the workers must
    see the same paths and have this package installed. Raises InputError where nothing was reconstructed.
    """
    jobs = [(number, str(picture), str(target)) for number, (picture, target) in enumerate(pairs)]
    failure = None
    with work_folder(report, ".outcomes") as folder:
        try:
            with beam.Pipeline(options=options) as pipeline:
                (
                    pipeline
                    | "pictures" >> beam.Create(jobs)
                    | "spread" >> beam.Reshuffle()
                    | "reconstruct" >> beam.ParDo(Reconstruct(model, work, str(folder.resolve())))
                )
        except Exception as error:  # of whatever kind the runner has; the outcomes say what is missing
            failure = f"{type(error).__name__}: {first_line(error)}"
        outcomes = accounted_for(jobs, folder, failure)
        if failure and all(outcome.summary is None for outcome in outcomes):
            raise InputError(f"the runner failed, and reconstructed nothing ({failure})")
        write_text(report, "".join(json.dumps(asdict(outcome)) + "\n" for outcome in outcomes))
    return outcomes


def accounted_for(
    jobs: Sequence[tuple[int, str, str]], folder: Path, failure: str | None = None
) -> list[Outcome]:
    """An outcome for every one of `jobs` (number, picture, target), sorted by picture, read from `folder`;
    one that is not there was lost, by the `failure` if there was one.
    """
    outcomes = []
    for number, picture, _ in jobs:
        written = folder / f"{number}.json"
        if written.is_file():
            outcomes.append(Outcome(**read_json(written)))
        else:
            lost = f"{picture} was lost by the runner{f' ({failure})' if failure else ''}"
            outcomes.append(Outcome(picture, error=f"{lost}: reconstruct it again"))
    return sorted(outcomes, key=lambda outcome: outcome.picture)


def options_of(runner: str, options: Sequence[str], jobs: int) -> PipelineOptions:
    """Beam's options for a runner, whose own are given as "name=value", and so many pictures. InputError if
    there is no such runner.
    """
    runner = DASK if runner == "DaskRunner" else runner
    wanted = ["default_sdk_harness_log_level=ERROR"]  # workers tell of every step; what fails is raised
    if runner == DASK and not any(option.startswith("dask_") and "partition" in option for option in options):
        wanted.append(f"dask_partition_size={1 + jobs // MOST_PARTITIONS}")  # else all are one worker's
    for option in options:
        if not re.fullmatch(r"\w+=.*", option):
            raise InputError(f"--runner-options {option} cannot be read, expected NAME=VALUE")
    said = io.StringIO()
    try:
        beam.runners.create_runner(runner)
        logging.getLogger("distributed").setLevel(logging.ERROR)  # Dask's, which tells of every step too
        chosen = PipelineOptions([f"--runner={runner}", *(f"--{option}" for option in [*wanted, *options])])
        with redirect_stderr(said):
            chosen.get_all_options()  # argparse ends the process at values of another type
        beam.runners.create_runner(chosen.view_as(StandardOptions).runner)  # which an option may have changed
    except SystemExit as end:
        reason = said.getvalue().strip().rpartition("error: ")[2]
        raise InputError(f"--runner-options cannot be read ({' '.join(reason.split())})") from end
    except (ValueError, ImportError, AttributeError, TypeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name in EXTRA_OF:
            raise
        raise InputError(f"Beam has no runner {runner} ({first_line(error)})") from error
    return chosen


@cache
def loaded(model: str, engine: str, trust: bool) -> "Reconstructor":
    """The model, loaded once a process: some runners make a DoFn anew for every bundle."""
    from hsi_inr_tf.inference import load

    return load(model, engine, trust)
