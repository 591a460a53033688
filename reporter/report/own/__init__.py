"""A person's own words in a report: Markdown files beside the capture, with pictures and listings."""
