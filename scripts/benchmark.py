#!/usr/bin/env python
from hsi_inr_tf.cli.benchmark import main

main()
