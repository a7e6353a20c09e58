"""One build serves every address."""

import pytest

from booking_app.same_origin import with_page_origin

BUILT_FOR = "http://localhost:8000"


@pytest.mark.parametrize("quote", ["'", '"', "`"])
def test_the_servers_address_follows_the_page(quote: str):
    script = f"const a={{PING:{quote}http://localhost:8000/ping{quote}}}"
    assert with_page_origin(script, BUILT_FOR) == (
        'const a={PING:(typeof location>"u"?"http://localhost/ping":location.origin+"/ping")}'
    )


def test_the_sockets_address_follows_the_page_and_its_encryption():
    assert with_page_origin('"ws://localhost:8000/_event"', BUILT_FOR) == (
        '(typeof location>"u"?"ws://localhost/_event"'
        ':location.origin.replace(/^http/,"ws")+"/_event")'
    )


@pytest.mark.parametrize(
    "other",
    ['"http://localhost:80001/ping"', '"http://localhost:8000.example"', "http://localhost:8000/x"],
)
def test_other_addresses_stay(other: str):
    assert with_page_origin(other, BUILT_FOR) == other
