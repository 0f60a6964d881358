"""nnlib among its peers: step times and memory, measured side by side. ``make bench`` runs it; see ``__main__``."""
