"""The pipeline: pictures in, cubes written beside each other, and a report with a line for each picture.

It lives in a module of its own because Beam's workers import it by name.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apache_beam as beam
from apache_beam.ml.inference.base import ModelHandler, RunInference
from apache_beam.options.pipeline_options import PipelineOptions

from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from hsi_inr_tf.inference import Reconstructor


@dataclass(frozen=True)
class Outcome:
    """What became of one picture: `summary` says what was made of it, or `error` why nothing was."""

    picture: str
    summary: str | None = None
    error: str | None = None


class ReconstructorHandler(ModelHandler[tuple[str, str], Outcome, object]):
    """Loads a model once a worker and calls `work(reconstructor, picture, target) -> summary` for every pair
    of paths.

    A picture that cannot be read becomes an Outcome with its error, and the others go on.
    """

    def __init__(self, model: str, work: Callable) -> None:
        super().__init__()
        self.model = model
        self.work = work

    def load_model(self) -> "Reconstructor":
        from hsi_inr_tf.inference import load

        return load(self.model)

    def run_inference(
        self, batch: Sequence[tuple[str, str]], model: Any, inference_args: dict | None = None
    ) -> Iterable[Outcome]:
        for picture, target in batch:
            try:
                yield Outcome(picture, summary=self.work(model, Path(picture), Path(target)))
            except InputError as error:
                yield Outcome(picture, error=str(error))

    def batch_elements_kwargs(self) -> dict[str, int]:
        return {"max_batch_size": 1}  # pictures differ in size, and each fills the processor by itself


def run(
    pairs: Iterable[tuple],
    model: str,
    work: Callable,
    report: Path,
    runner: str = "DirectRunner",
    options: Sequence[str] = (),
) -> list[Outcome]:
    """Reconstruct all `pairs` (picture, target) on a Beam runner; gives the outcomes, sorted by picture, as
    `report` holds them.

    `report` is a file of JSON lines. `options` are the runner's, as "name=value". On a cluster the workers
    must see the same paths and have this package installed. Raises InputError if there is no such runner.
    """
    try:
        wanted = [
            "default_sdk_harness_log_level=ERROR",
            *options,
        ]  # workers otherwise tell of every step; what fails is raised
        pipeline_options = PipelineOptions([f"--runner={runner}", *(f"--{option}" for option in wanted)])
        beam.runners.create_runner(runner)
    except (ValueError, ImportError, AttributeError) as error:
        raise InputError(f"Beam has no runner {runner} ({str(error).splitlines()[0]})") from error
    jobs = [(str(picture), str(target)) for picture, target in pairs]
    with beam.Pipeline(options=pipeline_options) as pipeline:
        (
            pipeline
            | "pictures" >> beam.Create(jobs)
            | "spread" >> beam.Reshuffle()
            | "reconstruct" >> RunInference(ReconstructorHandler(model, work))
            | "lines" >> beam.Map(_line)
            | "report" >> beam.io.WriteToText(str(report), shard_name_template="")
        )
    outcomes = [Outcome(**json.loads(line)) for line in report.read_text("utf-8").splitlines()]
    return accounted_for(jobs, outcomes)


def accounted_for(jobs: Sequence[tuple[str, str]], outcomes: Iterable[Outcome]) -> list[Outcome]:
    """An outcome for every one of `jobs` (picture, target), sorted by picture: some runners lose elements, or
    compute them twice.
    """
    told = {outcome.picture: outcome for outcome in outcomes}
    return [
        told.get(picture, Outcome(picture, error=f"{picture} was lost by the runner: reconstruct it again"))
        for picture in sorted({picture for picture, _ in jobs})
    ]


def _line(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome))
