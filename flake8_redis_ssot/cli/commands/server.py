"""`redis-ssot server`: run the language server over standard input and output, or TCP."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from flake8_redis_ssot.cli.errors import CommandError


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `server`."""
    parser.add_argument("--stdio", action="store_true", help="standard input and output (the default)")
    parser.add_argument("--tcp", type=_parse_address, metavar="HOST:PORT", help="listen on a TCP port instead")


def _parse_address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ArgumentTypeError(f"`{text}` is not HOST:PORT")
    return host, int(port)


def main(arguments: Namespace) -> int:
    """Serve until the client disconnects; returns 0."""
    try:
        from flake8_redis_ssot.lsp.features import make_server
    except ImportError as error:
        raise CommandError(f"{error}; pip install 'flake8-redis-ssot[server]'") from error
    server = make_server()
    if arguments.tcp:
        server.start_tcp(*arguments.tcp)
    else:
        server.start_io()
    return 0
