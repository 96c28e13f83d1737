"""Numbers nobody means, and what cannot be parsed: one line that names the option and what is expected."""

import subprocess
import sys

import pytest

RECONSTRUCT = ["reconstruct", "photo.png", "--model", "model", "--out", "out.npz"]
ADAPT = ["adapt", "model", "--picture", "photo.png", "--points", "points.csv"]
SERVE = ["serve", "model"]
TABLE = ["benchmark", "table1", "--out", "table"]

# command -> option -> values that are refused
NUMBERS = {
    ("train",): {
        "steps": ("0", "-5", "1e20", "99999999999", "nan", "many"),
        "batch-size": ("0", "-1", "1000000", "1.5"),
        "patch": ("0", "-8", "1000000"),
        "seed": ("-1", "4294967296", "1e20", "x"),
        "learning-rate": ("0", "-1", "nan", "inf", "1e308", "fast"),
        "warmup-steps": ("-1", "nan", "1e20"),
        "weight-decay": ("-1", "nan", "inf", "1e308"),
        "clip-norm": ("0", "-1", "nan", "inf", "none"),
        "ema": ("0", "1", "-0.5", "nan"),
        "accumulation": ("0", "-1", "1000000"),
        "validate-every": ("0", "-1", "nan"),
        "log-every": ("0", "-1", "1e3"),
        "checkpoint-seconds": ("-1", "nan", "inf", "1e308"),
        "reflectance-share": ("-0.1", "1", "nan", "2"),
        "augmentation.exposure": ("-1", "nan", "9", "inf"),
        "augmentation.modulation": ("-1", "nan", "3"),
        "augmentation.mixing": ("-1", "nan", "1.5"),
        "augmentation.recolouring": ("-1", "nan", "1.5"),
    },
    tuple(RECONSTRUCT): {
        "scale": ("0", "-1", "nan", "inf", "1e308", "double"),
        "tile": ("0", "-64", "1e9", "99999999999", "wide"),
    },
    tuple(SERVE): {
        "port": ("0", "-1", "65536", "http"),
        "grpc-port": ("0", "70000", "x"),
        "max-body-mb": ("0", "-1", "1e9"),
        "max-pixels": ("0", "-1", "nan"),
        "max-json-pixels": ("0", "-1"),
        "workers": ("0", "-1", "100000"),
    },
    ("points", "photo.png"): {"count": ("0", "-3", "nan", "99999999")},
    ("inspect-data", "folder:nowhere"): {"most": ("0", "-1", "1e9")},
    ("demo",): {"steps": ("0", "-1", "nan"), "seed": ("-1", "4294967296")},
    ("benchmark", "speed"): {
        "sizes": ("0", "-64", "1000000"),
        "threads": ("0", "-1", "1000000"),
        "rounds": ("0", "-1"),
        "repeats": ("0", "-1", "nan"),
    },
    ("benchmark", "export", "model"): {"sides": ("0", "1000000"), "threads": ("0",), "repeats": ("0", "-1")},
    ("benchmark", "load", "model"): {"clients": ("0",), "seconds": ("0", "nan", "-1"), "sides": ("0",)},
    ("benchmark", "data"): {"patch": ("0",), "batch-size": ("0",), "steps": ("0",), "workers": ("-1",)},
    ("benchmark", "training"): {"batch-sizes": ("0",), "patch": ("0",), "seconds": ("0", "nan")},
    ("benchmark", "start"): {"repeats": ("0",), "large": ("0", "nan")},
    tuple(TABLE): {
        "minutes": ("0", "-1", "nan"),
        "steps": ("0", "1e20"),
        "width-scale": ("0", "nan", "1000000"),
        "seeds": ("-1", "4294967296"),
        "learning-rate": ("nan", "0"),
    },
}
CASES = [
    (command, name, value)
    for command, options in NUMBERS.items()
    for name, values in options.items()
    for value in values
]


@pytest.mark.parametrize(("command", "name", "value"), CASES, ids=lambda one: str(one)[:40])
def test_numbers_out_of_range(refused, command, name, value):
    refused([*command, f"--{name}", value], f"--{name}")


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["bake"], "bake"),
        (["benchmark", "bake"], "bake"),
        (["reconstruct"], "--model"),
        (["reconstruct", "photo.png", "--model", "model"], "--out"),
        ([*RECONSTRUCT, "--colour", "red"], "--colour"),
        ([*RECONSTRUCT, "--engine", "steam"], "steam"),
        ([*RECONSTRUCT, "--format", "docx"], "docx"),
        ([*RECONSTRUCT, "--dtype", "int4"], "int4"),
        ([*RECONSTRUCT, "--wavelengths", "a:b:c"], "a:b:c"),
        ([*RECONSTRUCT, "--wavelengths", "700:400:10"], "700:400:10"),
        ([*RECONSTRUCT, "--wavelengths", "400:700:0"], "400:700:0"),
        ([*RECONSTRUCT, "--wavelengths", "nan"], "nan"),
        (["view"], "missing"),
        (["view", "cube.npz", "--points", "x"], "point 'x'"),
        (["view", "cube.npz", "--points", "1,2,3"], "1,2,3"),
        (["view", "cube.npz", "--points", "1000,0"], "1000"),
        (["view", "cube.npz", "--false-colour", "1", "2", "3"], "nm"),
        (["view", "cube.npz", "--false-colour", "nan", "2", "3"], "nan"),
        (["train", "--overrides", "{"], "JSON"),
        (["train", "--overrides", "[1]"], "JSON"),
        (["train", "--overrides", '{"width": NaN}'], "NaN"),
        (["train", "--overrides", '{"a":' * 500 + "1" + "}" * 500], "nested"),
        (["train", "--loss", "l3"], "l3"),
        (["train", "--best", "beauty"], "beauty"),
        (["train", "--batch-size", "10", "--accumulation", "3"], "--accumulation"),
        (["serve", "model", "--name", "a/b"], "a/b"),
        (["serve", "model", "--name", "naïve model"], "--name"),
        (["serve", "model", "--port", "8099", "--grpc-port", "8099"], "8099"),
        (["serve", "model", "--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (["serve", "model", "--host", ""], "--host"),
        (["serve", "model", "--host", "\udcff"], "cannot listen"),
        (["serve", "model", "--host", "a b"], "a b"),
        (["serve", "model", "--name", "naïve"], "--name"),
        (["serve", "model", "--name", "x" * 300], "--name"),
        (["build", "moon"], "moon"),
        (["build", "nus"], "Manual directory"),
        (["build", "nus/nokia"], "nokia"),
        (["build", "reflectance_collage", "--data-dir", "kept.txt/x"], "kept.txt"),
        (["points", "photo.png", "--wavelengths=-5:3:1"], "above 0"),
        ([*ADAPT, "--out", "."], "the folder that the command runs in"),
        ([*ADAPT, "--out", "/proc/x"], "/proc/x"),
        (["demo", "--out", "kept.txt"], "kept.txt"),
        (["demo", "--out", "kept.txt/x"], "kept.txt"),
        (["benchmark", "speed", "--models", "nobody"], "nobody"),
        (["benchmark", "speed", "--models"], "--models"),
        (["benchmark", "start", "--model", "absent"], "absent"),
        (["benchmark", "start", "--engines", "x"], "'x'"),
        (["benchmark", "reconstruct", "--model", "absent"], "absent"),
        (["benchmark", "reconstruct", "--megapixels", "0"], "--megapixels"),
        (["benchmark", "reconstruct", "--megapixels", "nan"], "--megapixels"),
        (["benchmark", "reconstruct", "--megapixels", "1e9"], "--megapixels"),
        (["benchmark", "export", "model", "--quantize", "int3"], "int3"),
        (["benchmark", "training", "--models", "nobody"], "nobody"),
        (["benchmark", "training", "--dataset", "moon"], "moon"),
        ([*RECONSTRUCT, "--runner", "os.path"], "os.path"),
        ([*RECONSTRUCT, "--runner", "no.such.Runner"], "no.such.Runner"),
        ([*RECONSTRUCT, "--runner", "DirectRunner", "--runner-options", "nonsense"], "nonsense"),
        ([*RECONSTRUCT, "--runner", "DirectRunner", "--runner-options", "help"], "help"),
        ([*RECONSTRUCT, "--runner", "DirectRunner", "--runner-options", "direct_num_workers=x"], "'x'"),
        ([*RECONSTRUCT, "--runner", "DirectRunner", "--runner-options", "runner=X"], "X"),
        (["build", "cave", "--manual-dir", "nowhere"], "nowhere"),
        (["points", "photo.png", "--out", "points.txt"], "points.txt"),
        (["points", "photo.png", "--wavelengths", "x"], "x"),
        (["adapt", "model", "--out", "new"], "--points"),
        (["adapt", "model", "--out", "kept.txt", "--picture", "photo.png", "--points", "p.csv"], "kept.txt"),
        (["bundle", "model", "--which", "newest"], "newest"),
        (["push", "model", "owner/name"], "hf://"),
        (["evaluate", "model", "--protocol", "hard"], "hard"),
        (["evaluate", "model", "--dataset", "folder:nowhere"], "nowhere"),
        (["inspect-data", "moon"], "moon"),
        (["export", "model", "--size", "big", "--format", "tflite", "--out", "m.tflite"], "big"),
        (["export", "model", "--quantize", "int3", "--out", "m.tflite"], "int3"),
    ],
    ids=lambda one: " ".join(one)[:50] if isinstance(one, list) else None,
)
def test_what_cannot_be_parsed_or_meant(refused, place, argv, word):
    if "points.csv" in argv:
        rows = [f"{3 * n},{2 * n}," + ",".join(["0.4"] * 31) for n in range(6)]
        bands = ",".join(str(nm) for nm in range(400, 701, 10))
        (place / "points.csv").write_text("\n".join([f"row,column,{bands}", *rows]))
    refused(argv, word)


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["train", "--help"], ("INT 1..2147483647", "FLOAT >0..1000", "FLOAT 0..1000")),
        (["serve", "--help"], ("INT 1..65535",)),
        (["reconstruct", "--help"], ("FLOAT >0..1000000", "INT 1..1048576|None")),
    ],
)
def test_help_shows_the_ranges(argv, shown):
    done = subprocess.run([sys.executable, "-m", "hsi_inr_tf", *argv], capture_output=True, text=True)
    text = " ".join(done.stdout.replace("│", " ").split())
    assert done.returncode == 0 and all(one in text for one in shown)
