"""What `easel` can be told to do: one module a command, listed in `pipeline.__main__`."""
