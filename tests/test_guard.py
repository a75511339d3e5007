"""The tests' own guard: nothing leaves this computer."""

import socket
import subprocess
import sys

import pytest
from sitecustomize import NetworkBlocked


def test_a_socket_to_another_computer_raises() -> None:
    with socket.socket() as s, pytest.raises(NetworkBlocked):
        s.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkBlocked):
        socket.create_connection(("example.org", 443), timeout=1)


@pytest.mark.slow
def test_so_it_does_in_a_process_that_a_test_starts() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "NetworkBlocked" in run.stderr
