"""Errors of the package (a stand-in until the branch `py` is merged)."""


class SteepleError(ValueError):
    def __init__(self, message, *, hint=None, **place):
        super().__init__(message if hint is None else f"{message}; hint: {hint}")
        self.message, self.hint = message, hint
        self.__dict__.update(place)


class NumberError(SteepleError): ...
class DomainError(SteepleError): ...
class TargetError(SteepleError): ...
class ModelError(SteepleError): ...
