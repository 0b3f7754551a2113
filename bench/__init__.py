"""Measurements of what the gallery promises, as ratios that hold on any machine. `make bench` runs them."""
