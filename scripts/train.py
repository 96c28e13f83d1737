#!/usr/bin/env python
"""The same as `hsi-inr train`."""

from hsi_inr_tf.cli.main import run

run("train")
