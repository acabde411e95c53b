"""The tables of Paywright, as migrations of the application `paywright`."""
