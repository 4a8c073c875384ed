"""The independent check engine: plain Decimal, account by account."""
