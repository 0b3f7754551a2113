"""Finding pictures: a query's text becomes terms, terms become an expression, and an engine answers it."""
