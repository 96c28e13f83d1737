"""The page, built once with a small model, and Chromium, driven by tests/web/drive.mjs."""

import fcntl
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="session")
def node() -> str:
    return shutil.which("node") or pytest.skip("needs node, which is absent: apt-get install nodejs npm")


@pytest.fixture(scope="session")
def packages(node) -> None:
    """What web/package.json names is installed, once, whoever of two test processes comes first."""
    with (WEB / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (WEB / "node_modules" / ".package-lock.json").is_file():
            _run(["npm", "ci", "--no-audit", "--no-fund"])


@pytest.fixture(scope="session")
def chromium() -> str:
    return shutil.which("chromium") or pytest.skip(
        "needs Chromium, which is absent: apt-get install chromium"
    )


@pytest.fixture(scope="session")
def model(random_model, tmp_path_factory) -> Path:
    """A small .tflite for pictures of 64x64."""
    from hsi_inr_tf import export

    network, description = random_model("inr-single", {"weights": "random · α𝛽"}, dilations=(1,))
    return export.tflite(
        network, description, tmp_path_factory.mktemp("model") / "model.tflite", height=64, width=64
    )


@pytest.fixture(scope="session")
def site(packages, chromium, model, tmp_path_factory) -> Path:
    """The folder of the built page."""
    out = tmp_path_factory.mktemp("site")
    _run(["npm", "run", "build", "--", "--outDir", str(out), "--emptyOutDir"], HSI_WEB_MODEL=str(model))
    return out


def _run(command, **environment):
    done = subprocess.run(
        command, cwd=WEB, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"


@pytest.fixture
def drive(node, chromium):
    """`drive(scenario, **arguments)` plays a scenario of drive.mjs and gives what it returns.

    Where the scenario pauses, `pauses[name]()` is called.
    """

    def play(scenario, pauses=None, **arguments):
        arguments = {"scenario": scenario, "chromium": chromium, "web": str(WEB), **arguments}
        process = subprocess.Popen(
            [node, str(Path(__file__).with_name("drive.mjs")), json.dumps(arguments, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        watchdog = threading.Timer(500, process.kill)
        watchdog.start()
        try:
            for line in process.stdout:
                message = json.loads(line)
                if "pause" not in message:
                    return message["result"]
                pauses[message["pause"]]()
                process.stdin.write("\n")
                process.stdin.flush()
            pytest.fail(f"{scenario}: {process.stderr.read()}")
        finally:
            watchdog.cancel()
            process.stdin.close()
            process.wait(30)
            process.stdout.close()
            process.stderr.close()

    return play
