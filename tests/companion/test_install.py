"""What is put into a home folder is taken away again without a trace."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest

from reporter.companion import install as home
from reporter.companion.install import install, installed, states, uninstall
from reporter.companion.places import PROFILE, launcher, places_of
from reporter.errors import OutputTrouble, ToolTrouble
from reporter.extract import wireshark
from reporter.extract.filter import refusals
from reporter.resources import templates_dir
from tests.captures import BUNDLED

LINUX_40 = {"Personal configuration": "{}/.config/wireshark", "Extcap path": "/usr/lib/wireshark/extcap"}
LINUX_42 = {
    "Personal configuration": "{}/.config/wireshark",
    "Personal Extcap path": "{}/.local/lib/wireshark/extcap",
    "Global Extcap path": "/usr/lib/wireshark/extcap",
}
MACOS = {
    "Personal configuration": "{}/.config/wireshark",
    "Personal Extcap path": "{}/.local/lib/wireshark/extcap",
    "Global Extcap path": "/Applications/Wireshark.app/Contents/MacOS/extcap",
}
WINDOWS = {
    "Personal configuration": "{}/AppData/Roaming/Wireshark",
    "Personal Extcap path": "{}/AppData/Roaming/Wireshark/extcap",
    "Global Extcap path": "C:\\Program Files\\Wireshark\\extcap",
}
KINDS = {"4.0": (LINUX_40, "linux"), "4.2": (LINUX_42, "linux"), "mac": (MACOS, "darwin"), "win": (WINDOWS, "win32")}


@pytest.fixture(params=KINDS)
def places(request, tmp_path):
    folders, system = KINDS[request.param]
    return places_of({label: folder.format(tmp_path) for label, folder in folders.items()}, system)


def listing(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }


def own_things(folder):
    """What a user of Wireshark has there already."""
    for name in (".config/wireshark/preferences", "AppData/Roaming/Wireshark/recent", ".local/notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine", encoding="utf-8")


@pytest.mark.parametrize("own", [True, False])
def test_a_home_is_left_as_it_was(places, tmp_path, own):
    if own:
        own_things(tmp_path)
    before = listing(tmp_path)
    assert install(places, "zh", pretend=True)
    assert listing(tmp_path) == before
    steps = install(places, "zh")
    there = listing(tmp_path)
    assert set(before.items()) <= set(there.items())
    written = {step.path for step in steps if step.verb == "write"} | {places.manifest}
    assert written == {tmp_path / name for name in there if name not in before and there[name] != "folder"}
    assert install(places, "zh") == []
    assert listing(tmp_path) == there
    assert set(states(places).values()) == {"as installed"}
    uninstall(places, pretend=True)
    assert listing(tmp_path) == there
    assert uninstall(places)
    assert listing(tmp_path) == before
    assert uninstall(places) == []


def test_across_an_upgrade_of_ours_and_of_wireshark(tmp_path, monkeypatch):
    own_things(tmp_path)
    before = listing(tmp_path)
    old, new = (places_of({k: v.format(tmp_path) for k, v in each.items()}, "linux") for each in (LINUX_40, LINUX_42))
    real = home.wanted

    def earlier(places, language):
        files = real(places, language)
        files[places.profile / "colorfilters"] = b"# as it was once\n"
        files[places.profile / "no-longer-there"] = b"x"
        return files

    monkeypatch.setattr(home, "wanted", earlier)
    install(old, "zh")
    # Wireshark is quit, and writes this file; the user changes another.
    (old.profile / "recent").write_text("written by Wireshark", encoding="utf-8")
    monkeypatch.setattr(home, "wanted", real)
    steps = install(new, "en")
    assert not old.launcher.exists()
    assert not old.launcher.parent.exists()
    assert new.launcher.exists()
    assert not (new.profile / "no-longer-there").exists()
    assert (new.profile / "recent").read_text(encoding="utf-8") == "written by Wireshark"
    assert {step.verb for step in steps} == {"write", "remove", "make"}
    assert install(new, "en") == []
    uninstall(new)
    assert listing(tmp_path) == before


def test_what_the_user_has_changed_is_kept_unless_told_otherwise(places, tmp_path):
    install(places, "zh")
    mine = places.profile / "colorfilters"
    mine.write_text("my rules", encoding="utf-8")
    (places.profile / "hosts").write_text("mine too", encoding="utf-8")
    assert [step.path.name for step in install(places, "en") if step.verb == "keep"] == ["colorfilters"]
    assert mine.read_text(encoding="utf-8") == "my rules"
    assert {step.path.name for step in uninstall(places) if step.verb == "keep"} == {"colorfilters", "hosts"}
    assert {path.name for path in places.profile.iterdir()} == {"colorfilters", "hosts", "reporter.json"}
    assert not places.launcher.exists()
    uninstall(places, every=True)
    assert listing(tmp_path) == {}


def test_a_profile_or_program_of_somebody_else_is_not_touched(places, tmp_path):
    places.profile.mkdir(parents=True)
    (places.profile / "preferences").write_text("mine", encoding="utf-8")
    before = listing(tmp_path)
    with pytest.raises(OutputTrouble, match="already"):
        install(places, "zh")
    assert listing(tmp_path) == before
    (places.profile / "preferences").unlink()
    places.profile.rmdir()
    places.launcher.parent.mkdir(parents=True, exist_ok=True)
    places.launcher.write_text("another program", encoding="utf-8")
    before = listing(tmp_path)
    with pytest.raises(OutputTrouble, match="already"):
        install(places, "zh")
    assert listing(tmp_path) == before


def test_a_list_that_cannot_be_read_is_told(places):
    install(places, "zh")
    for text in ("{", "[]", json.dumps({"version": 1})):
        places.manifest.write_text(text, encoding="utf-8")
        with pytest.raises(OutputTrouble, match="cannot be read"):
            installed(places)


def test_the_launcher_starts_python_and_nothing_else(tmp_path):
    assert launcher("win32", "C:\\a b\\python.exe", "C:\\x\\extcap.py", "zh").endswith(
        b'"C:\\a b\\python.exe" -P -X utf8 "C:\\x\\extcap.py" zh %*\r\n'
    )
    (tmp_path / "it's").mkdir()
    program = tmp_path / "it's" / "python"
    program.write_text('#!/bin/sh\nfor each; do echo "<$each>"; done\n', encoding="utf-8")
    program.chmod(0o755)
    made = tmp_path / "launcher"
    made.write_bytes(launcher("linux", str(program), "/a b/x.py", "en"))
    done = subprocess.run(["sh", str(made), "--one two", "$HOME"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["<-P>", "<-X>", "<utf8>", "</a b/x.py>", "<en>", "<--one two>", "<$HOME>"]


def test_without_wireshark_the_usual_places_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WIRESHARK_CONFIG_DIR", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REPORTER_TSHARK", str(tmp_path / "none"))
    with pytest.raises(ToolTrouble):
        wireshark.folders()
    places = places_of(wireshark.guessed_folders("linux"), "linux")
    assert places.profile == tmp_path / ".config" / "wireshark" / "profiles" / PROFILE
    assert places_of(wireshark.guessed_folders("win32"), "win32").launcher.name == "reporter-extcap.bat"
    install(places, "zh")
    uninstall(places)
    assert listing(tmp_path) == {}


@pytest.mark.tshark
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_profile_is_one_that_wireshark_takes(language, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    places = places_of(wireshark.folders())
    assert tmp_path in places.profile.parents
    install(places, language)
    command = ["tshark", "-C", PROFILE, "--color", "-r", str(BUNDLED / "page-node-curl.pcapng"), "-T", "fields"]
    done = subprocess.run([*command, "-e", "frame.coloring_rule.name"], capture_output=True, check=True)
    messages = [line for line in done.stderr.decode().splitlines() if "Running as user" not in line]
    assert messages == []
    names = done.stdout.decode().splitlines()
    assert names[0].endswith("SYN" if language == "zh" else "(SYN)")


def test_both_languages_have_the_same_filters():
    folders = [templates_dir() / "wireshark" / language / "profile" for language in ("zh", "en")]
    assert [each.name for each in sorted(folders[0].iterdir())] == [each.name for each in sorted(folders[1].iterdir())]
    rules = []
    for folder in folders:
        lines = (folder / "colorfilters").read_text(encoding="utf-8").splitlines()[1:]
        buttons = (folder / "dfilter_buttons").read_text(encoding="utf-8").splitlines()[1:]
        rules.append(([line.split("@")[2:] for line in lines], [line.split('","')[2] for line in buttons]))
    assert rules[0] == rules[1]
    filters = [rule[0] for rule in rules[0][0]] + rules[0][1]
    assert refusals(filters) == {}
