import requests
from oras.container import Container

class Auth:
    def load_configs(self, container: Container) -> None: ...

class Registry:
    prefix: str
    auth: Auth
    def __init__(self, hostname: str | None = None, insecure: bool = False) -> None: ...
    def do_request(self, url: str, method: str = "GET", *, headers: dict[str, str]) -> requests.Response: ...
