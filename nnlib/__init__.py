"""The small neural-network library that the book builds, chapter by chapter.

Each module holds the definitions of one subject; every one of them stands, word for word, in exactly one chapter.
"""
