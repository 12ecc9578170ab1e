"""How the public benchmarks score result files: their thresholds, rules and tables."""
