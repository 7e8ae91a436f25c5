"""One kind of document a file. `KIND` in each is the class that describes it."""
