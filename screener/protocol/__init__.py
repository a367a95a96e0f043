"""review.toml <-> Protocol: reading with every mistake named by line, writing, and comparing versions."""

from screener.protocol.diff import diff_protocols
from screener.protocol.reading import ProtocolError, parse_protocol, read_protocol
from screener.protocol.schema import TABLES
from screener.protocol.writing import write_protocol

__all__ = [
    "TABLES",
    "ProtocolError",
    "diff_protocols",
    "parse_protocol",
    "read_protocol",
    "write_protocol",
]
