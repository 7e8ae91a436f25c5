"""One type of model a file: `TYPE` in each says what its `source` holds and what it adds to the common part."""
