"""How a picture is drawn: what is planned, encoded and run, in the order of the cascade."""
