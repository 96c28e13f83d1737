"""scripts/train.py: train a model, or go on with a run that was interrupted."""

from hsi_inr_tf.training import TrainConfig as Options
from hsi_inr_tf.training import train


def run(options: Options) -> None:
    """Train a model on a dataset. The same command goes on with a run that was interrupted."""
    folder = train(options)
    print(f"trained:  {folder}")
    print(f"score it: python scripts/evaluate.py {folder} --dataset {options.dataset}")
    print(f"use it:   python scripts/reconstruct.py IMAGE --model {folder} --out FILE")
