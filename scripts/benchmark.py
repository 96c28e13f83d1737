#!/usr/bin/env python
"""The same as `hsi-inr benchmark`."""

from hsi_inr_tf.cli.main import run

if __name__ == "__main__":  # workers that a runner starts import this file
    run("benchmark")
