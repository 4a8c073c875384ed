"""The door to tariff documents: text in, a typed document or all its faults out."""

import hashlib

from wattdesk.kernel.rating.document_errors import DocumentError, DocumentErrors
from wattdesk.kernel.rating.document_reader import read_document
from wattdesk.kernel.rating.document_rules import rule_errors
from wattdesk.kernel.rating.document_shape import shape_errors
from wattdesk.kernel.rating.document_types import TariffDocument
from wattdesk.kernel.rating.document_yaml import read

__all__ = ["DocumentError", "DocumentErrors", "TariffDocument", "digest_of", "parse"]


def parse(text: str) -> TariffDocument:
    """Read a tariff document.

    Raises DocumentErrors with line, column, path and a sentence for every fault: first those of
    YAML, then of the shape (JSON Schema), then of the rules, which include charge forms that
    cannot be calculated yet.
    """
    placed = read(text)
    faults = shape_errors(placed) or rule_errors(placed)
    if faults:
        raise DocumentErrors(faults)
    return read_document(placed, digest_of(text))


def digest_of(text: str) -> str:
    """SHA-256 of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
