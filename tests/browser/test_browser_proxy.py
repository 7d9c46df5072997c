"""Behind a proxy, under a path and a name of its own: the page plays, and may be framed there."""

import socketserver
import threading
from contextlib import contextmanager
from socket import SHUT_WR, create_connection

import pytest

NAME = "talk.localhost"  # browsers find it on the loopback, whatever the resolver says
SLIDES = (
    b"HTTP/1.0 200\r\nContent-Type: text/html\r\n\r\n<iframe src=http://talk.localhost:%d/talk/>"
)


class TakesThePathOff(socketserver.StreamRequestHandler):
    """Sends a request on as most proxies do: without the path, to the server's own address."""

    def handle(self):
        lines = []
        while (line := self.rfile.readline()).strip():
            lines.append(line)
        if not lines:
            return  # a browser opens connections beforehand
        if b" /slides " in lines[0]:
            self.wfile.write(SLIDES % self.server.server_address[1])
            return
        lines[0] = lines[0].replace(b" /talk/", b" /", 1)
        kept = [line for line in lines if not line.lower().startswith((b"host:", b"connection:"))]
        upgrades = any(line.lower().startswith(b"upgrade:") for line in lines)
        host = f"Host: 127.0.0.1:{self.server.behind}\r\n"
        connection = f"Connection: {'Upgrade' if upgrades else 'close'}\r\n\r\n"
        with create_connection(("127.0.0.1", self.server.behind)) as behind:
            behind.sendall(b"".join(kept) + (host + connection).encode())
            threading.Thread(target=pour, args=(self.connection, behind), daemon=True).start()
            pour(behind, self.connection)


def pour(source, sink):
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(SHUT_WR)
    except OSError:
        pass  # one of both has left


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, behind):
        super().__init__(("127.0.0.1", 0), TakesThePathOff)
        self.behind = behind


@contextmanager
def proxy_of(port):
    with Proxy(port) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy.server_address[1]
        proxy.shutdown()


@pytest.fixture
def visitor(visitor_of, serving, free_port):
    with serving(free_port, "--host-name", NAME), proxy_of(free_port) as port:
        visitor = visitor_of(f"http://{NAME}:{port}/talk/")
        yield visitor
        visitor.leave()


def test_the_page_plays_behind_a_proxy_and_is_framed_by_its_own_origin_alone(visitor):
    page = visitor.open("#at=40")
    page.locator("#play").click()
    page.locator("#rehearsals:not(:text-is('40'))").wait_for()
    slides = visitor.home.replace("/talk/", "/slides")
    page.goto(slides)
    page.frame_locator("iframe").locator("#rehearsals").filter(has_text="0").wait_for()
    with page.expect_console_message(lambda message: "frame-ancestors 'self'" in message.text):
        page.goto(slides.replace(NAME, "127.0.0.1"))
    visitor.complaints.clear()
    visitor.abroad.clear()  # the slides of another origin
