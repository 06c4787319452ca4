"""How do two runs differ, number by number, and is it the data, the assumptions or the method that moved them?

``bridge`` says what a bridge is and splits a difference, ``finished`` reads runs from disk, ``archive`` keeps and lays out inputs,
``reruns`` computes what a split needs, ``told`` gives the summary notebook the bridge its batch has made.
"""
