"""Other addresses and names in place of those of a capture: the same one always has the same alias.

Aliases are from the ranges for documentation (RFC 5737, RFC 3849, RFC 2606) and from the locally administered
MAC addresses (IEEE 802c), numbered as they come. What names nobody (loopback, multicast, broadcast, `localhost`) stays.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

_V4 = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "240.0.0.0/5")
_V6, _LINK_LOCAL = int(ipaddress.IPv6Address("2001:db8::")), int(ipaddress.IPv6Address("fe80::"))
_SOLICITED = int(ipaddress.IPv6Address("ff02::1:ff00:0"))
_LOW = 0xFFFFFF
_HOST = re.compile(r"(?i)[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*\.?")
_TOKENS = re.compile(
    r"(?P<mac>(?<![0-9A-Za-z:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![0-9A-Za-z:-]))"
    r"|(?P<v6>(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?"
    r"(?![0-9A-Za-z]))"
    r"|(?P<name>(?<![\w-])[\w-]+(?:\.[\w-]+)*(?![\w-]))",
)
_URL_HOST = re.compile(
    r"(?i)(?:[a-z][a-z0-9+.-]{1,20}:|(?<=[\s\"'(=,]))//(?:[^/\s@\"'<>]*@)?(\[[0-9a-f:.]+\]|[^/\s:?#\"'<>\\,;)]+)"
)
_CODED_HOST = re.compile(r"(?i)%3a%2f%2f((?:(?!%[0-9a-f]{2})[^/\s:?#&])+)")
_DOMAIN = re.compile(r"(?i)(?:^|[;\s])domain=\.?([^;,\s\\]+)")
_MAIL = re.compile(r"[\w.+%-]{1,64}@(?=[\w-]+\.[\w.-]+)")
_DOTTED = re.compile(r"(?<![\w./@-])\*?\.?((?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,24})(?![\w(-])")
_FILES = frozenset(
    """
    html htm css js json xml png jpg jpeg gif svg ico txt php asp aspx jsp pdf wav mp3 mp4 woff map
    """.split()  # noqa: SIM905 (a list would be a screen)
)
_KEPT = frozenset(("localhost", "localhost.localdomain", "ip6-localhost"))


class Aliases:
    """The aliases of one report: the same address or name has the same alias throughout."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._used: set[str] = set()
        self._v4 = _numbers_v4()
        self._low: dict[int, int] = {}
        self._macs: dict[str, str] = {}
        self._mac_count = 0
        self._names: dict[str, str] = {}
        self._parents: set[str] = set()
        self._odd: list[str] = []
        self._interfaces: dict[str, str] = {}

    # ------------------------------------------------------------ one value

    def ip(self, text: str) -> str:
        """The alias of an IP address; what is no address comes back as it is."""
        found = self._addresses.get(text)
        if found is None:
            try:
                address = ipaddress.ip_address(text.partition("%")[0])
            except ValueError:
                return text
            key = str(address)
            found = self._addresses.get(key) or self._new_ip(address)
            self._addresses[key] = self._addresses[text] = found
        return found

    def mac(self, text: str) -> str:
        """The alias of a MAC address, written with the same separator."""
        digits = text.replace("-", ":").lower()
        found = self._macs.get(digits)
        if found is None:
            found = self._macs[digits] = self._new_mac(digits)
        return found.replace(":", "-") if "-" in text else found

    def name(self, text: str) -> str:
        """The alias of a host name (learned if it is new); of an address, that of the address."""
        bare = text.strip().strip(".").lower()
        if not bare or bare in _KEPT:
            return text
        try:
            return self.ip(str(ipaddress.ip_address(bare.strip("[]"))))
        except ValueError:
            pass
        self.learn(bare)
        return self._names[bare]

    def interface(self, name: str) -> str:
        """The alias of a capture interface."""
        return self._interfaces.setdefault(name, f"interface-{len(self._interfaces) + 1}") if name else ""

    # ------------------------------------------------------------ names

    def learn(self, name: str) -> None:
        """Remember a host name, so that it is replaced wherever it comes."""
        bare = name.strip().strip(".").lower()
        if not bare or bare in _KEPT or bare in self._names:
            return
        try:
            ipaddress.ip_address(bare.strip("[]"))
            return
        except ValueError:
            self._names[bare] = f"host-{len(self._names) + 1}.example"
        labels = bare.split(".")
        if len(labels) > 1:
            self._parents.add(".".join(labels[-2:]))
        if _HOST.fullmatch(bare) is None:
            self._odd.append(bare)

    def learn_from(self, text: str, *, everywhere: bool = False) -> None:
        """Learn the names of URLs and Domain attributes in a text; `everywhere`, of all that looks like a name."""
        for pattern in (_URL_HOST, _CODED_HOST, _DOMAIN, *([_DOTTED] if everywhere else [])):
            for match in pattern.finditer(text):
                if pattern is not _DOTTED or match[1].rpartition(".")[2].lower() not in _FILES:
                    self.learn(match[1])

    # ------------------------------------------------------------ text

    def text(self, text: str) -> str:
        """A text with every known name and every address replaced."""
        out, last = [], 0
        for start, end, alias in self.found(text):
            out += [text[last:start], alias]
            last = end
        return "".join((*out, text[last:])) if last else text

    def found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where names and addresses stand in a text, each with its alias, in order."""
        reach = 0
        for start, end, alias in sorted([*self._odd_places(text), *self._places(text)]):
            if start >= reach:
                yield start, end, alias
                reach = end

    def _places(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _MAIL.finditer(text) if "@" in text else ():
            yield match.start(), match.end() - 1, "someone"
        for match in _TOKENS.finditer(text):
            token = match[0]
            if match.lastgroup == "mac":
                alias = self.mac(token)
            elif match.lastgroup == "v6":
                alias = self.ip(token)
            else:
                alias = self._name_in(token, text, match.start())
            if alias != token:
                yield match.start(), match.end(), alias

    def _name_in(self, token: str, text: str, at: int) -> str:
        lowered = token.lower()
        if lowered in self._names:
            return self._names[lowered]
        if "." not in token:
            return token
        if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", token):
            # A version of a product looks like an address: Chrome/120.0.0.0
            version = at > 1 and text[at - 1] == "/" and text[at - 2].isalpha() and token not in self._addresses
            return token if version else self.ip(token)
        labels = lowered.split(".")
        if len(labels) > 1 and ".".join(labels[-2:]) in self._parents:
            return self.name(lowered)
        return token

    def _odd_places(self, text: str) -> Iterator[tuple[int, int, str]]:
        lowered = text.lower() if self._odd else ""
        for name in self._odd:
            at = lowered.find(name)
            while at >= 0:
                yield at, at + len(name), self._names[name]
                at = lowered.find(name, at + len(name))

    # ------------------------------------------------------------ new ones

    def _new_ip(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        if address.is_loopback or address.is_unspecified:
            return str(address)
        if isinstance(address, ipaddress.IPv4Address):
            return str(address) if address.is_multicast or int(address) == 0xFFFFFFFF else next(self._v4)
        number = int(address)
        if address.is_multicast:
            if number & ~_LOW != _SOLICITED:
                return str(address)
            return str(ipaddress.IPv6Address(_SOLICITED | self._suffix(number)))
        prefix = _LINK_LOCAL if address.is_link_local else _V6
        suffix = self._suffix(number)
        alias = str(ipaddress.IPv6Address(prefix | suffix))
        while alias in self._used:
            suffix = max(self._low.values()) + 1
            self._low[-suffix] = suffix
            alias = str(ipaddress.IPv6Address(prefix | suffix))
        self._used.add(alias)
        return alias

    def _suffix(self, number: int) -> int:
        """The last 24 bits: a solicited-node group ends as the address does that it stands for."""
        return self._low.setdefault(number & _LOW, max(self._low.values(), default=0) + 1)

    def _new_mac(self, mac: str) -> str:
        if mac in ("ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"):
            return mac
        if mac.startswith("33:33:ff"):
            suffix = self._suffix(int(mac.replace(":", ""), 16))
            return f"33:33:ff:{suffix >> 16 & 255:02x}:{suffix >> 8 & 255:02x}:{suffix & 255:02x}"
        if int(mac[:2], 16) & 1:
            return mac
        self._mac_count += 1
        number = self._mac_count
        return "02:" + ":".join(f"{number >> shift & 255:02x}" for shift in (32, 24, 16, 8, 0))


def _numbers_v4() -> Iterator[str]:
    for network in _V4:
        yield from map(str, ipaddress.IPv4Network(network).hosts())
    raise RuntimeError("more addresses than aliases")
