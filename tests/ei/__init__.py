"""EI files: small ones, made from the layouts, with one thing wrong at a time."""
