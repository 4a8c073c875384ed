"""Readings (示数): from what registers showed to energies, findings and estimates.

Pure: frames and rules in, frames out. Quantities are whole numbers named by their scale (``_e4`` =
× 10 000). Nothing here knows tables, clocks or languages.
"""
