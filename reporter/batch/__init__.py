"""A class at a time: collect the submissions, run each by itself, keep the results, show them."""
