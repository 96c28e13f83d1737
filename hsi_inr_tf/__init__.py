"""From an RGB photograph to a hyperspectral cube, with implicit neural representations (arXiv 2112.10541)."""

__version__ = "0.1.0"


def load(name_or_path):
    """A Reconstructor from a bundled model's name, a run folder, a SavedModel folder or a .tflite file."""
    from hsi_inr_tf.inference import load as load_reconstructor

    return load_reconstructor(name_or_path)
