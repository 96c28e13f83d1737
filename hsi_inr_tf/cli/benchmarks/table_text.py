"""The Markdown of table1, table2 and table3, from the content of their table.json."""

import statistics

from hsi_inr_tf.metrics import METRICS

SHOWN = ("psnr", "ssim", "sam")


def markdown(content: dict) -> str:
    """A heading, how the numbers came about, the table, and in plain words which networks lose to
    regression.
    """
    rows = [row for row in content["rows"] if row["seeds"]]
    quoted = list(dict.fromkeys(name for row in rows for name in row["quoted"]))
    baseline = content["regression"]["mean"]
    header = [
        "model",
        "parameters",
        "steps",
        "CPU minutes",
        *(METRICS[metric].title for metric in SHOWN),
        *(f"{name}, quoted from the paper" for name in quoted),
    ]
    regression = [
        "polynomial regression",
        "",
        "",
        "",
        *(METRICS[metric].text(baseline[metric]) for metric in SHOWN),
        *("" for _ in quoted),
    ]
    lines = [_line(cells) for cells in (header, ["---"] * len(header), regression)]
    for row in rows:
        first = row["seeds"][0]
        minutes = statistics.mean(seed["cpu_minutes"] for seed in row["seeds"])
        lines.append(
            _line(
                [
                    row["title"],
                    f"{first['parameters']:,}",
                    first["steps"],
                    f"{minutes:.1f}",
                    *(_cell(row, metric, baseline[metric]) for metric in SHOWN),
                    *(_quoted(row["quoted"].get(name, "")) for name in quoted),
                ]
            )
        )
    return "\n".join(
        [f"# {content['title']}", "", *_how(content), "", *lines, "", *_verdict(rows, baseline), ""]
    )


def _how(content):
    pictures = content["regression"]["pictures"]
    budget = f"{content['steps']} steps" if content["steps"] else f"{content['minutes']:g} processor minutes"
    yield (
        f"Trained on {content['dataset']}, {content['trained_on']}, {budget} a row, batches of "
        f"{content['batch_size']} crops "
        f"of 64x64, the same crops for every row; loss {content['loss']}. Scored on {content['scored_on']} "
        f"({pictures} scenes), protocol {content['protocol']}, last weights. In brackets: difference from "
        "polynomial regression "
        "fitted on the same training scenes. Several seeds: mean ± standard deviation."
    )
    if content["width_scale"] != 1:
        changed = ", ".join(row["title"] for row in content["rows"] if row["overrides"])
        yield (
            f"\nWidths are scaled by {content['width_scale']:g} ({changed}): these are not the paper's "
            "models but smaller ones."
        )
    if any(row["quoted"] for row in content["rows"]):
        yield (
            "\nThe quoted numbers are the paper's (arXiv 2112.10541): other training, another split, a "
            "protocol that it does "
            "not state in full. They are no measurements of this project."
        )
    yield (
        f"\nCommand: `{content['command']}`, on {content['machine']['cores']} cores, "
        f"{content['machine']['platform']}."
    )


def _cell(row, metric, baseline):
    values = [seed["scores"]["mean"][metric] for seed in row["seeds"]]
    if any(value is None for value in values):
        return "not finite"
    mean = statistics.mean(values)
    text = METRICS[metric].text
    spread = f" ± {text(statistics.stdev(values))}" if len(values) > 1 else ""
    difference = text(mean - baseline)
    return f"{text(mean)}{spread} ({difference if difference.startswith('-') else '+' + difference})"


def _quoted(value):
    return f"{value:.4f}" if isinstance(value, float) else value


def _verdict(rows, baseline):
    """A sentence for every network that regression beats, and one for those that it does not."""
    winners = []
    for row in rows:
        lost = [METRICS[metric].title for metric in SHOWN if not _beats(row, metric, baseline[metric])]
        if lost:
            yield f"- {row['title']} loses to polynomial regression under this budget, in {', '.join(lost)}."
        else:
            winners.append(row["title"])
    if winners:
        yield (
            f"- Better than polynomial regression in {', '.join(METRICS[metric].title for metric in SHOWN)}: "
            f"{', '.join(winners)}."
        )


def _beats(row, metric, baseline):
    values = [seed["scores"]["mean"][metric] for seed in row["seeds"]]
    return None not in values and METRICS[metric].better(statistics.mean(values), baseline)


def _line(cells):
    return f"| {' | '.join(str(cell) for cell in cells)} |"
