"""Easel: text-to-image on an ordinary CPU, watermarked, verifiable, reproducible from a link."""
