"""The kinds of document, one module per kind. `KIND` in each module is the class that describes the kind."""
