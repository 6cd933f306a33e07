"""A session's device in two plain words, and its address without the last part."""

import pytest

from certtrack.auth.devices import find_device, shorten_address

_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/141.0.0.0 Safari/537.36", ("windows", "chrome")),
        (f"Mozilla/5.0 (Windows NT 10.0) {_KIT} Chrome/141.0 Safari/537.36 Edg/141.0", ("windows", "edge")),
        (f"Mozilla/5.0 (Linux; Android 15; K) {_KIT} Chrome/141.0 Mobile Safari/537.36", ("android", "chrome")),
        (
            f"Mozilla/5.0 (Linux; Android 15) {_KIT} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36",
            ("android", "samsung"),
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1", ("iphone", "safari")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0", ("mac", "firefox")),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_KIT} Chrome/141.0 Safari/537.36", ("chromebook", "chrome")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", ("linux", "firefox")),
        ("curl/8.5.0", ("other", "other")),
        ("", ("other", "other")),
    ],
)
def test_a_browser_is_known_by_what_it_says_of_itself(user_agent: str, device: tuple[str, str]) -> None:
    assert find_device(user_agent) == device


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::/48"),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_of_an_address_its_network_is_kept(address: str, network: str) -> None:
    assert shorten_address(address) == network
