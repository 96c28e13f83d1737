"""The benchmarks, one module each; hsi_inr_tf/cli/benchmark.py lists them."""
