"""Reconstructing folders of any size on many machines, with Apache Beam (extra beam)."""
