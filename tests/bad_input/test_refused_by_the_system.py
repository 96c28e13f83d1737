"""What the operating system refuses: every command says it in one line that names the file."""

import os

import pytest

# command -> its arguments with {} for the file that is read
READERS = {
    "reconstruct picture": ["reconstruct", "{}", "--model", "model", "--out", "out.npz"],
    "reconstruct model": ["reconstruct", "photo.png", "--model", "{}", "--out", "out.npz"],
    "view": ["view", "{}"],
    "view reference": ["view", "cube.npz", "--reference", "{}"],
    "points": ["points", "{}"],
    "adapt picture": ["adapt", "model", "--picture", "{}", "--points", "p.csv", "--out", "new"],
    "adapt points": ["adapt", "model", "--picture", "photo.png", "--points", "{}", "--out", "new"],
    "adapt cube": ["adapt", "model", "--picture", "photo.png", "--cube", "{}", "--out", "new"],
    "train config": ["train", "--config", "{}"],
    "serve": ["serve", "{}"],
    "evaluate": ["evaluate", "{}"],
    "push": ["push", "{}", "hf://owner/name"],
    "benchmark cost": ["benchmark", "cost", "--scores", "{}", "--speed", "{}", "--out", "c.svg"],
}


def long(place):
    return "x" * 300 + ".npz"


def long_path(place):
    return "/".join(["y" * 200] * 30)


def absent(place):
    return "absent.npz"


def loop(place):
    (place / "loop.npz").symlink_to("loop.npz")
    return "loop.npz"


def dangling(place):
    (place / "dangling.npz").symlink_to("nowhere.npz")
    return "dangling.npz"


def below_a_file(place):
    return "kept.txt/inside.npz"


def not_utf8(place):
    return os.fsdecode(b"absent-\xff\xfe.npz")


def empty(place):
    (place / "empty.npz").write_bytes(b"")
    return "empty.npz"


def a_folder(place):
    (place / "folder.npz").mkdir()
    return "folder.npz"


def not_utf8_and_there(place):
    name = b"there-\xff\xfe.npz"
    with open(os.path.join(os.fsencode(place), name), "wb") as file:
        file.write(b"nothing of use")
    return os.fsdecode(name)


KINDS = (long, long_path, absent, loop, dangling, below_a_file, not_utf8, empty, a_folder, not_utf8_and_there)


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_files_that_cannot_be_read(refused, place, command, kind):
    name = kind(place)
    if "." in name and command.endswith("picture") and kind is empty:
        os.rename(name, "empty.png")
        name = "empty.png"
    shown = name[:20].encode(errors="backslashreplace").decode()
    refused([word.replace("{}", name) for word in READERS[command]], shown)


WRITERS = {
    "reconstruct": ["reconstruct", "photo.png", "--model", "model", "--out", "{}.npz"],
    "reconstruct into": ["reconstruct", "photo.png", "--model", "model", "--out", "{}"],
    "view": ["view", "cube.npz", "--out", "{}"],
    "points": ["points", "photo.png", "--out", "{}.csv"],
}


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize("kind", ["long", "below a file", "loop"])
def test_places_that_cannot_be_written(refused, place, command, kind):
    if kind == "loop":
        (place / "round").symlink_to("round")
    name = {"long": "x" * 300, "below a file": "kept.txt/out", "loop": "round/out"}[kind]
    argv = [word.replace("{}", name) for word in WRITERS[command]]
    before = set(place.iterdir())
    with pytest.raises(SystemExit) as end:
        from hsi_inr_tf.cli.main import main

        main(argv)
    assert end.value.code == 2 and set(place.iterdir()) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
@pytest.mark.parametrize("command", READERS)
def test_files_without_permission(refused, place, command):
    (place / "secret.npz").write_bytes(b"secret")
    os.chmod(place / "secret.npz", 0)
    try:
        refused([word.replace("{}", "secret.npz") for word in READERS[command]], "secret.npz")
    finally:
        os.chmod(place / "secret.npz", 0o600)
