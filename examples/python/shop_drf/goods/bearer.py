"""How clients of the API say who they are. In a file of its own, because REST framework's settings import it early."""

from rest_framework.authentication import TokenAuthentication


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer …`."""

    keyword = "Bearer"
