"""What programs ask of the gallery: a JSON API under /api/, described by itself (`document`).

It decides nothing: filters, listings, the writer and the serving of files are those that the pages use.
"""
