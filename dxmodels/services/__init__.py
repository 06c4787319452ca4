"""Which digital services are duplicated across departments, and does the data-linkage platform pay?"""
