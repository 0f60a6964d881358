"""Serve the built book on this machine and open it in a browser, until Ctrl-C."""

import functools
import http.server
import pathlib
import webbrowser

SITE = pathlib.Path(__file__).parent.parent / "_build" / "html"


def main():
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"The book is at {address} (Ctrl-C ends it)")
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
