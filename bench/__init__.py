"""What is fast and what is not, as ratios of things measured in turn in one run."""
