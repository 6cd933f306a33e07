"""What a browser says of itself, in two plain words, and an address without its last part: enough to know one's own."""

from ipaddress import ip_address, ip_network

# the first that is found counts: each of these names stands in what later ones say of themselves, too
_SYSTEMS = (
    ("iPhone", "iphone"), ("iPad", "ipad"), ("Android", "android"), ("CrOS", "chromebook"), ("Windows", "windows"),
    ("Macintosh", "mac"), ("Linux", "linux"),
)  # fmt: skip
_BROWSERS = (
    ("Edg", "edge"), ("OPR/", "opera"), ("SamsungBrowser", "samsung"), ("Firefox", "firefox"), ("FxiOS", "firefox"),
    ("CriOS", "chrome"), ("Chrome", "chrome"), ("Safari", "safari"),
)  # fmt: skip
OTHER = "other"
_KEPT_BITS = {4: 24, 6: 48}


def find_device(user_agent: str) -> tuple[str, str]:
    """The system and the browser, a code each; `other` for what isn't known."""
    return _find(_SYSTEMS, user_agent), _find(_BROWSERS, user_agent)


def shorten_address(address: str) -> str:
    """The network that an address is in: `203.0.113.0/24`, `2001:db8:85a3::/48`; empty where it is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, _KEPT_BITS[found.version]), strict=False))


def _find(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((code for sign, code in known if sign in user_agent), OTHER)
