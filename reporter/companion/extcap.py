"""The capture program (extcap) that Wireshark starts: `extcap.py LANGUAGE --extcap-interfaces`, and so on.

Wireshark starts it several times whenever it lists its interfaces, so it imports nothing until a capture begins. What
it answers until then is text, in templates/wireshark/LANGUAGE/extcap.txt.
"""

import sys

_FILE, _LIVE = "reporter-file", "reporter-live"


def main(arguments: list[str]) -> int:
    """Answer one call; returns the exit code."""
    language = arguments[0] if arguments and arguments[0] in ("zh", "en") else "zh"
    asked = set(arguments)
    interface = _after(arguments, "--extcap-interface")
    if "--capture" in asked:
        return _capture(language, arguments)
    if "--extcap-reload-option" in asked:
        return _reload(_after(arguments, "--extcap-reload-option"))
    if "--extcap-interfaces" in asked:
        _say(language, "interfaces")
    elif "--extcap-dlts" in asked and interface in (_FILE, _LIVE):
        _say(language, "dlts")
    elif "--extcap-config" in asked and interface in (_FILE, _LIVE):
        _say(language, interface)
    elif "--extcap-capture-filter" not in asked:
        sys.stderr.write("This program is started by Wireshark; see 'reporter wireshark --help'.\n")
        return 1
    return 0


def _after(arguments: list[str], name: str) -> str:
    place = arguments.index(name) + 1 if name in arguments else len(arguments)
    return arguments[place] if place < len(arguments) else ""


def _say(language: str, section: str) -> None:
    """Print one section of the text."""
    package = __file__.replace("\\", "/").rpartition("/companion/")[0]
    text = ""
    for folder in (package + "/templates", package + "/../templates"):
        try:
            with open(f"{folder}/wireshark/{language}/extcap.txt", encoding="utf-8") as file:  # noqa: PTH123
                text = file.read()
            break
        except OSError:
            continue
    _, _, found = text.partition(f"[{section}]\n")
    found = found.partition("\n[")[0].rstrip("\n") + "\n"
    loopback = "lo0" if sys.platform == "darwin" else "\\Device\\NPF_Loopback" if sys.platform == "win32" else "lo"
    sys.stdout.buffer.write(found.replace("@LOOPBACK@", loopback).replace("@LANGUAGE@", language).encode())


def _reload(option: str) -> int:
    if option == "interface":
        from reporter.extract.live import capture_interfaces

        lines = [f"value {{arg=0}}{{value={name}}}{{display={text}}}" for name, text in capture_interfaces()]
        sys.stdout.buffer.write(("\n".join(lines) + "\n").encode())
    return 0


def _capture(language: str, arguments: list[str]) -> int:
    try:
        from reporter.companion.extcapture import capture
    except ImportError as error:
        sys.stderr.write(f"reporter cannot be started ({error}). Run 'reporter wireshark install' again.\n")
        return 1
    return capture(language, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
