"""Stickers and icons as the places where people use them take them: limits, files, packs, and a check of any file."""
