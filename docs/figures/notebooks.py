"""Runs the notebooks and keeps what they show: `PYTHONPATH=. python docs/figures/notebooks.py`."""

import os
import tempfile
from pathlib import Path

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parents[2]


def main():
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            client = nbclient.NotebookClient(
                notebook, timeout=300, resources={"metadata": {"path": folder}}, record_timing=False
            )
            client.execute()
        for cell in notebook.cells:
            if cell.cell_type == "code":  # progress bars and the log of TensorFlow are nobody's result
                cell.outputs = [one for one in cell.outputs if _wanted(one)]
        nbformat.write(notebook, path)
        print(f"wrote {path}")


def _wanted(output) -> bool:
    return output.get("name") != "stderr" and not output.get("text", "").startswith("INFO:tensorflow")


if __name__ == "__main__":
    main()
