"""What the environment says of the network, kept from what does not need one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def network_unset() -> Iterator[None]:
    """Without what the environment says of proxies and certificates.

    While Gradio is imported it makes HTTP clients that are never used here. They must not keep the window from
    opening where a proxy needs a package, or a certificate is not there.
    """
    names = {"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    hidden = {name: value for name, value in os.environ.items() if name.upper() in names}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)
