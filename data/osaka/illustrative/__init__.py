"""How are the illustrative (架空) tables of the embedded case made? One module a question; ``make_illustrative.py`` calls them."""
