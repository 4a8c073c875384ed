"""Measures Wattdesk on this machine as ratios within one run; see docs/performance.md."""
