"""A payment application as teams write it by hand today: the peer that the bench measures beside `DjangoStore`."""
