"""Turns a Wireshark capture into a lab report in which every sentence is true of that capture."""

__version__ = "0.1.0"
