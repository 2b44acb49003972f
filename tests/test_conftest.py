"""The guards the tests rely on do guard."""

import socket
from threading import Thread

import pytest


@pytest.mark.parametrize("host", ["192.0.2.7", "news.example.net", b"news.example.net"])
def test_connecting_elsewhere_is_refused(host):
    with pytest.raises(Exception, match="a test tried to reach"):
        socket.create_connection((host, 80), timeout=1)
    with socket.socket() as s, pytest.raises(Exception, match="a test tried to reach"):
        s.connect((host, 80))
    with socket.socket() as s, pytest.raises(Exception, match="a test tried to reach"):
        s.connect_ex((host, 80))


def test_this_machine_is_reached():
    def serve(server):
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"here")

    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = Thread(target=serve, args=(server,))
        answer.start()
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.recv(4) == b"here"
        answer.join()
