"""What does a system cost over its life, and what would turn the answer?"""
