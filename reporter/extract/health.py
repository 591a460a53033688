"""Whether the tshark and pyshark of this machine can be used."""

from __future__ import annotations

import importlib.metadata
import os

from reporter.errors import ToolTrouble
from reporter.extract.fields import FIELDS
from reporter.extract.troubles import rejected_fields
from reporter.extract.tshark import find_tshark, output_of, version_line


def tshark_version() -> str:
    """Path and version of the tshark in use. Raises ToolTrouble when there is none."""
    return f"{find_tshark()}: {version_line()}"


def refused_fields() -> list[str]:
    """The fields that this tshark does not know: they are left out of every explanation."""
    arguments = ["-r", os.devnull, "-T", "fields"]
    for name in FIELDS:
        arguments += ["-e", name]
    return sorted(set(rejected_fields(output_of(arguments)[2])) & set(FIELDS))


def pyshark_version() -> str:
    """The version of pyshark. Raises ToolTrouble when it is not installed."""
    try:
        return importlib.metadata.version("pyshark")
    except importlib.metadata.PackageNotFoundError:
        raise ToolTrouble("pyshark is not installed", to_do="pip install pyshark") from None
