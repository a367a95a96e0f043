"""One module per screen; `places` lists those that `g` and a letter lead to."""
