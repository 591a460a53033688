"""What `reporter` costs, against floors measured in the same run: `python -m benchmarks`."""
