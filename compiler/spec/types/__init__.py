"""The model types, one module per type. `TYPE` in each module says what `source` contains and which defaults the type has."""
