"""The error that classes of quantities raise."""


class QuantityError(ValueError):
    """What is wrong with an amount that has the right form, and what to do about it."""

    def __init__(self, message: str, help_: str) -> None:
        super().__init__(message)
        self.help = help_
